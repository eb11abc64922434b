/**
 * A gate's lives on a disk that is read-only, for `read-only-disk.test.ts`: runs where its own file
 * system is mounted, prints one JSON line a life. Argument: the mounted folder.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createTravellers, type HandGate, startHandGate } from '../../fixtures/hand-gate.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { T0, TrustWorld } from './trust/world.ts'

const [disk = ''] = process.argv.slice(2)
const remount = (how: 'ro' | 'rw') => execFileSync('mount', ['-o', `remount,${how}`, disk])
const say = (name: string, story: object) => console.info(JSON.stringify({ name, ...story }))

const world = await TrustWorld.create()
const code = createTravellers(world)
const nowS = (gate: HandGate) => T0 + Math.floor(gate.time.clock.monotonicMs() / 1000)
const shown = (gate: HandGate) => gate.log.filter(line => line.event === 'sign').at(-1)?.code
const failed = (gate: HandGate) =>
  gate.log.filter(line => line.code === 'DISK_FAILED').map(({ on, detail }) => ({ on, detail }))

/** Certificate 1 is inside; the folder as a stop left it, and as a power cut would have. */
async function lived(): Promise<{ stopped: string; cut: string }> {
  const stopped = join(disk, 'stopped')
  const gate = await startHandGate({ data: stopped, world })
  await gate.until('fresh', () => gate.log.some(line => line.stage === 'FRESH'))
  await gate.scan(await code(1, nowS(gate)))
  await gate.until('open', () => gate.energised.has('entry'))
  gate.board.setContact('passA', true)
  gate.board.setContact('passA', false)
  await gate.until('passed', () => gate.told().includes('passage'))
  await gate.until('the cache', () => holdsList(join(stopped, 'trust.db')))
  const cut = gate.cut(join(disk, 'cut'))
  await gate.stop()
  cpSync(join(stopped, 'gate-key.pem'), join(cut, 'gate-key.pem'))
  return { stopped, cut }
}

/** Whether the trust cache has the status list too, and not only what names it. */
function holdsList(file: string): boolean {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 2000 })
    return db.prepare('SELECT 1 FROM list').get() !== undefined
  } catch {
    // It has yet to be made.
    return false
  } finally {
    db?.close()
  }
}

/** On a read-only disk: an entry, then, as an exit lane, who is inside leaves; then it is writable. */
async function story(data: string): Promise<object> {
  remount('ro')
  const entry = await startHandGate({ data, world, online: false })
  await entry.until('told', () => failed(entry).length > 0)
  await entry.until('shown', () => shown(entry) === 'JOURNAL_FAILED')
  const told = failed(entry)
  const refused = await entry.scan(await code(2, nowS(entry)))
  const shut = !entry.energised.has('entry')
  entry.board.setContact('fire', true)
  const fire = [...entry.energised].sort()
  await entry.stop()

  const gate = await startHandGate({ data, world, online: false, lane: { direction: 'exit' } })
  // The scanner would repeat itself.
  await gate.time.advanceAsync(6000)
  const leaves = await gate.scan(await code(1, nowS(gate)))
  await gate.until('open', () => gate.energised.has('exit'))
  gate.board.setContact('passB', true)
  gate.board.setContact('passB', false)
  await gate.until('left', () => gate.log.some(line => line.event === 'passage'))
  remount('rw')
  await gate.until('written', () => gate.told().filter(one => one === 'passage').length === 2, 50)
  await gate.until('over', () => failed(gate).length === 2, 50)
  await gate.stop()
  const rows = readJournal(join(data, 'journal.db')).filter(row => row.kind !== 'trust')
  const kinds = rows.map(({ kind, body }) => [kind, body.code].filter(Boolean).join(' '))
  return { told, refused, shut, fire, leaves, over: failed(gate)[1], kinds }
}

/** The gate's own program: it starts, stays, opens in a fire, and stops. */
async function program(): Promise<object> {
  const dir = join(disk, 'program')
  mkdirSync(dir)
  const lane = await createSimLane('A', 'entry')
  const lone = createLoneGate(dir, await makeTrust(join(dir, 'trust')), lane)
  const first = await lone.inService()
  await first.line('the first revision', line => line.event === 'config')
  const code = await first.stop()
  remount('ro')
  const gate = await lone.inService()
  const alarm = await gate.line('told', line => line.code === 'DISK_FAILED')
  const fire = await fireOpens(lane)
  const stopped = await gate.stop()
  remount('rw')
  await lane.close()
  return { code, alarm, fire, stopped, errors: gate.errors() }
}

const folders = await lived()
for (const [name, data] of Object.entries(folders)) say(name, await story(data))
say('program', await program())
say('files', { files: readdirSync(folders.stopped), more: readdirSync(folders.cut) })
process.exit(0)
