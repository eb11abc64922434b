/** Files of the data folder deleted or replaced under a gate that runs: told, made whole, nothing lost. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createTravellers, type HandGate, startHandGate } from '../../fixtures/hand-gate.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { LOCK_FILE } from '../files/data-lock.ts'
import { watchFiles } from '../files/file-watch.ts'
import { DISK_LOOK_MS, FILE_MADE_MS } from '../limits.ts'
import { T0, TrustWorld } from '../testing/trust/world.ts'

const world = await TrustWorld.create()
const code = createTravellers(world)
const JOURNAL = ['', '-wal', '-shm'].map(tail => `journal.db${tail}`)

async function running(data: string): Promise<HandGate> {
  const gate = await startHandGate({ data, world })
  await gate.until('fresh trust', () => gate.log.some(line => line.stage === 'FRESH'))
  return gate
}

/** Certificate `number` walks in. */
async function walksIn(gate: HandGate, number: number): Promise<void> {
  const passages = () => gate.log.filter(line => line.event === 'passage').length
  const before = passages()
  // Flagged where trust got older while the test waited for a real disk.
  t.match(await gate.scan(await code(number, nowS(gate))), /^ADMIT/)
  await gate.until('open', () => gate.energised.has('entry'))
  gate.board.setContact('passA', true)
  gate.board.setContact('passA', false)
  await gate.until('passed', () => passages() > before)
}

const nowS = (gate: HandGate) => T0 + Math.floor(gate.time.clock.monotonicMs() / 1000)
const told = (gate: HandGate, what: string) =>
  gate.log.filter(line => line.code === what).map(line => String(line.detail))

function opensOnFire(t: Test, gate: HandGate): void {
  gate.board.setContact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'at once')
}

t.test('the journal deleted, then replaced: told, and who is inside stays inside', async t => {
  const data = join(tempDir(), 'data')
  const gate = await running(data)
  await walksIn(gate, 1)
  const old = gate.cut(join(t.testdirName, 'old'))
  const before = gate.rows()
  for (const name of JOURNAL) rmSync(join(data, name))
  await gate.time.advanceAsync(DISK_LOOK_MS)
  await gate.until('noticed', () => told(gate, 'JOURNAL_GONE').length === 1)
  t.match(
    told(gate, 'JOURNAL_GONE')[0],
    /^journal\.db was deleted while the gate ran; epoch .* head/,
  )
  await gate.until('on disk', () => gate.told().includes('alarm JOURNAL_GONE'))
  t.same(
    gate
      .rows()
      .slice(0, before.length)
      .map(one => one.hash),
    before.map(one => one.hash),
    'every row that the service lacks',
  )
  t.equal(new Set(gate.rows().map(one => one.epoch)).size, 2, 'and a new epoch')
  await gate.time.advanceAsync(6000)
  t.equal(await gate.scan(await code(1, nowS(gate))), 'ALREADY_INSIDE')
  await gate.time.advanceAsync(6000)

  // With a grant open: its passage names it in the new file too.
  t.equal(await gate.scan(await code(2, nowS(gate))), 'ADMIT')
  await gate.until('open', () => gate.energised.has('entry'))
  for (const name of JOURNAL) rmSync(join(data, name))
  cpSync(join(old, 'journal.db'), join(data, 'journal.db'))
  gate.board.setContact('passA', true)
  gate.board.setContact('passA', false)
  await gate.until('noticed', () => told(gate, 'JOURNAL_GONE').length === 2)
  t.match(
    told(gate, 'JOURNAL_GONE')[1],
    /was replaced .*what lay in its place is journal\.db\.repl/,
  )
  await gate.until('passed', () => gate.told().filter(one => one === 'passage').length === 2)
  await gate.stop()

  const next = await running(data)
  t.match(
    next.log.find(line => line.event === 'boot'),
    { after: 'stop', interrupted: 0 },
  )
  for (const number of [1, 2]) {
    await next.time.advanceAsync(6000)
    t.equal(await next.scan(await code(number, nowS(next))), 'ALREADY_INSIDE', 'also after a start')
  }
  opensOnFire(t, next)
  await next.stop()
})

t.test('trust cache and key deleted: written again from memory', async t => {
  const data = join(tempDir(), 'data')
  const gate = await running(data)
  const key = readFileSync(join(data, 'gate-key.pem'), 'utf8')
  const written = () => existsSync(join(data, 'trust.db')) && openCached(data) === 1
  await gate.until('the cache', written)
  let looks = 0
  await gate.until('looked at', () => ++looks > 30, FILE_MADE_MS)
  for (const name of ['trust.db', 'trust.db-wal', 'trust.db-shm', 'gate-key.pem']) {
    rmSync(join(data, name), { force: true })
  }
  await gate.until('told', () => told(gate, 'FILE_GONE').length === 2, 100)
  t.match(told(gate, 'FILE_GONE'), [
    'trust.db was deleted while the gate ran: trust was written again from memory',
    'gate-key.pem was deleted while the gate ran: it was written again from memory',
  ])
  t.equal(readFileSync(join(data, 'gate-key.pem'), 'utf8'), key, 'the same key')
  opensOnFire(t, gate)
  await gate.stop()
  const next = await startHandGate({ data, world, online: false })
  const { stage } = next.log.find(line => line.event === 'trust') ?? {}
  t.not(stage, 'CLOSED', 'a start without the service has the trust that there was')
  opensOnFire(t, next)
  await next.stop()
})

/** Manifests in the cache on disk. */
function openCached(data: string): number {
  const db = new DatabaseSync(join(data, 'trust.db'), { readOnly: true, timeout: 2000 })
  try {
    return Number(db.prepare('SELECT count(*) AS n FROM manifest').get()?.n)
  } catch {
    return 0
  } finally {
    db.close()
  }
}

/** What may lie in a file's place all of a sudden. */
const SWAPS: readonly [what: string, put: (path: string, data: string) => void][] = [
  ['a folder', path => mkdirSync(join(path, 'deep'), { recursive: true })],
  ['nothing', path => writeFileSync(path, '')],
  ['garbage', path => writeFileSync(path, 'no database and no key'.repeat(500))],
  ['the other database', (path, data) => cpSync(join(data, other(path)), path)],
]
const other = (path: string) => (path.endsWith('journal.db') ? 'trust.db' : 'journal.db')

for (const name of ['journal.db', 'trust.db', 'gate-key.pem']) {
  t.test(`under a running gate, in the place of ${name}`, async t => {
    const data = join(tempDir(), 'data')
    const gate = await running(data)
    await gate.until(
      'the cache',
      () => existsSync(join(data, 'trust.db')) && openCached(data) === 1,
    )
    const gone = () => told(gate, 'FILE_GONE').length + told(gate, 'JOURNAL_GONE').length
    // Nothing is missed that was never seen: each look is a real one, of however busy a machine.
    let looks = 0
    await gate.until('it was looked at', () => ++looks > 200, DISK_LOOK_MS / 20)
    for (const [number, [what, put]] of SWAPS.entries()) {
      const path = join(data, name)
      const before = gone()
      for (const tail of ['', '-wal', '-shm']) rmSync(path + tail, { force: true, recursive: true })
      put(path, data)
      // A key that stays wrong is told once.
      const again = name === 'gate-key.pem' && number > 1
      // In steps that leave the threads time: a disk that takes longer than they allow would hang.
      await gate.until(`${what} is told`, () => again || gone() > before, DISK_LOOK_MS / 20)
      await walksIn(gate, 10 + number)
      t.pass(`${what}: the next one walks in`)
    }
    opensOnFire(t, gate)
    await gate.stop()
    const next = await startHandGate({ data, world })
    opensOnFire(t, next)
    await next.stop()
  })
}

t.test('revisions and lock deleted under a real process: both are there again', async t => {
  const dir = tempDir()
  const lane = await createSimLane('A', 'entry')
  t.teardown(() => lane.close())
  const lone = createLoneGate(dir, await makeTrust(join(dir, 'trust')), lane)
  const gate = await lone.inService()
  t.teardown(() => gate.stop())
  await gate.line('the first revision', line => line.event === 'config')
  const sha256 = () => {
    const db = new DatabaseSync(join(lone.data, 'config.db'), { readOnly: true })
    const found = db.prepare('SELECT sha256 FROM revision').all()
    db.close()
    return found
  }
  const before = sha256()
  // Made after the start: seen at the next look.
  await new Promise(resolve => setTimeout(resolve, 2 * FILE_MADE_MS))
  const gone = (name: string) => (line: Readonly<Record<string, unknown>>) =>
    line.code === 'FILE_GONE' && String(line.detail).startsWith(name)
  for (const name of ['config.db', 'config.db-wal', 'config.db-shm', LOCK_FILE]) {
    rmSync(join(lone.data, name), { force: true })
  }
  t.match(await gate.line('config.db', gone('config.db')), {
    detail: /revisions were written/,
  })
  t.match(await gate.line('lock', gone(LOCK_FILE)), {
    detail: /the folder is locked again/,
  })
  t.same(sha256(), before)
  const second = lone.start()
  t.equal(await second.exited, 1)
  t.match(second.errors(), `in use by the gate process ${gate.pid}`)
  t.equal(
    readJournal(join(lone.data, 'journal.db')).filter(one => one.body.code === 'FILE_GONE').length,
    2,
  )
  t.ok(await fireOpens(lane))
  await gate.stop()
})

t.test('what can’t be made again is told once and tried at each look', async t => {
  const folder = t.testdir({ a: '1' })
  const time = createVirtualTime()
  const details: string[] = []
  let tries = 0
  const mend = () => {
    tries += 1
    if (tries < 3) throw new Error('disk full')
    writeFileSync(join(folder, 'a'), '1')
    return 'made'
  }
  const watch = watchFiles({
    folder,
    files: [
      { name: 'a', mend },
      { name: 'never there', mend },
    ],
    timers: time.timers,
    onGone: detail => details.push(detail),
  })
  await watch.look()
  rmSync(join(folder, 'a'))
  for (let n = 0; n < 5; n++) await watch.look()
  t.same(details, [
    'a was deleted while the gate ran: it could not be made again: disk full',
    'a was deleted while the gate ran: made',
  ])
  t.equal(tries, 3)
  watch.close()
  await settle()
  t.equal(time.pending(), 0)
})
