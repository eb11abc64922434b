/** What a start tells of the life before it: a stop, a crash, a power cut, or none. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { type HandGateOptions, startHandGate } from '../../fixtures/hand-gate.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { BOOT_ID_CHARS_MAX } from '../limits.ts'
import type { JournalEntry } from '../memory/projection.ts'
import { openJournalDatabase } from '../store/database.ts'
import { createJournalCore } from '../store/journal-core.ts'
import { T0, TrustWorld } from '../testing/trust/world.ts'
import { readMachineBoot } from './boot-id.ts'
import { startJournalMaintenance } from './journal-maintenance.ts'

const world = await TrustWorld.create()
const T0_MS = T0 * 1000

/** Starts a gate, reads what it tells, and stops it. */
async function started(options: Partial<HandGateOptions> & { data: string }) {
  const gate = await startHandGate({ world, online: false, ...options })
  const boot = gate.rows().findLast(row => row.kind === 'boot')
  const told = gate.rows().slice(gate.rows().indexOf(boot as never) + 1)
  const alarm = told.find(row => row.body.code === 'POWER_RESTORED')
  return { gate, boot: boot?.body ?? {}, alarm: alarm?.body }
}

t.test('the first start, and one after a stop: no alarm', async t => {
  const data = join(tempDir(), 'data')
  const first = await started({ data })
  t.match(first.boot, { after: 'first', machine: 'boot-1' })
  t.notOk('aliveMs' in first.boot)
  await first.gate.stop()
  const again = await started({ data, hostMs: T0_MS + 60_000, machineBoot: 'boot-2' })
  t.match(again.boot, { after: 'stop', aliveMs: Number, awayMs: Number })
  t.equal(again.alarm, undefined, 'although the machine was started anew')
  await again.gate.stop()
})

t.test('power cut and crash: by the boot of the machine, with when it was last alive', async t => {
  const dir = tempDir()
  const { gate } = await started({ data: join(dir, 'data') })
  await gate.time.advanceAsync(10 * 60_000)
  await gate.until('the mark', () => marked(join(dir, 'data')) >= T0_MS + 600_000)
  const hostMs = T0_MS + 600_000 + 125_000
  const machines = { crash: 'boot-1', power: 'boot-2', unnamed: undefined }
  for (const [name, machineBoot] of Object.entries(machines)) {
    const data = gate.cut(join(dir, name))
    const next = await started({ data, hostMs, machineBoot })
    t.equal(next.boot.after, name === 'crash' ? 'crash' : 'power', name)
    t.equal(next.boot.aliveMs, T0_MS + 600_000, 'though no row was written for ten minutes')
    t.equal(next.boot.awayMs, 125_000)
    if (name === 'crash') t.equal(next.alarm, undefined)
    else
      t.match(next.alarm, {
        on: true,
        detail: /last alive 2027-01-15T08:10:00.000Z, away for 2 min 5 s$/,
      })
    await next.gate.stop()
    const after = await started({ data, hostMs: hostMs + 60_000, machineBoot })
    t.equal(after.boot.after, 'stop', 'told once')
    await after.gate.stop()
  }
  await gate.stop()
})

t.test('a clock that lost its time can’t say for how long', async t => {
  const dir = tempDir()
  const { gate } = await started({ data: join(dir, 'data') })
  const data = gate.cut(join(dir, 'cut'))
  await gate.stop()
  const next = await started({ data, hostMs: 0, machineBoot: 'boot-2' })
  t.match(next.alarm, { detail: /away for a time unknown$/ })
  t.notOk('awayMs' in next.boot)
  await next.gate.stop()
})

/** When the gate last marked that it is alive. */
function marked(data: string): number {
  const { db } = openJournalDatabase(join(data, 'journal.db'), 0)
  const at = Number(db.prepare('SELECT at FROM life').get()?.at)
  db.close()
  return at
}

const row = (kind: string, at: number, body = {}): JournalEntry => ({
  ...{ at, clock: 'TRUSTED', lane: '', kind, body },
})

t.test('a mark is written only where no row was for a minute', async t => {
  const { db } = openJournalDatabase(':memory:', 0)
  const core = createJournalCore(db, () => 'a'.repeat(16))
  const at = () => Number(db.prepare('SELECT at FROM life').get()?.at)
  core.append(row('boot', 1000))
  core.beat(60_999)
  t.equal(at(), 1000)
  core.beat(61_000)
  t.equal(at(), 61_000)
  core.append(row('scan', 70_000))
  core.beat(129_999)
  t.equal(at(), 61_000, 'a row is a sign of life')
  core.beat(60_000)
  t.equal(at(), 60_000, 'also by a clock that was set back')
})

t.test('a row after the last mark is later, whatever its clock said', async t => {
  const { db } = openJournalDatabase(':memory:', 0)
  const core = createJournalCore(db, () => 'a'.repeat(16))
  t.equal(core.life(), undefined)
  core.append(row('boot', 1000, { machine: 'm' }))
  core.beat(500_000)
  const open = () => createJournalCore(db, () => 'b'.repeat(16)).life()
  t.same(open(), { machine: 'm', stopped: false, aliveMs: 500_000 })
  core.append(row('scan', 2000))
  t.same(open(), { machine: 'm', stopped: false, aliveMs: 2000 })
  core.append(row('stop', 3000))
  core.append(row('alarm', 4000, { code: 'CHAIN_FORK' }))
  t.match(open(), { stopped: true }, 'what a stop still has to say changes nothing')
})

t.test('each minute, and never faster', async t => {
  const time = createVirtualTime()
  const beats: number[] = []
  const upkeep = startJournalMaintenance({
    journal: {
      beat: async nowMs => void beats.push(nowMs),
      prune: async () => {},
      walk: async () => ({ next: undefined, rows: 0, broken: undefined }),
      holdReserve: async () => ({ held: true, freeBytes: 1e9 }),
    },
    timers: time.timers,
    nowMs: time.clock.monotonicMs,
    knowsAge: () => true,
    keepRowsMs: 1,
    onAlarm: () => {},
    onDisk: () => {},
    onRoom: () => {},
    onWalked: () => {},
    onFault: () => {},
  })
  await time.advanceAsync(180_000)
  t.same(beats, [60_000, 120_000, 180_000])
  upkeep.close()
})

t.test('the name of the machine’s boot: a bounded word, or none', async t => {
  const file = join(tempDir(), 'boot_id')
  const read = (text: string) => {
    writeFileSync(file, text)
    return readMachineBoot(file)
  }
  t.equal(read('0e1d-9f\n'), '0e1d-9f')
  t.equal(read('a'.repeat(BOOT_ID_CHARS_MAX)), 'a'.repeat(BOOT_ID_CHARS_MAX))
  t.equal(read('a'.repeat(BOOT_ID_CHARS_MAX + 1)), undefined)
  t.equal(read('no name'), undefined)
  t.equal(readMachineBoot(join(t.testdirName, 'nothing')), undefined)
})
