/** A journal on a bad disk: full, damaged, and so slow that it stands still. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createVirtualLane } from '../../fixtures/virtual-lane.ts'
import { ROWS_TOGETHER_MAX } from '../limits.ts'
import type { JournalEntry } from '../memory/projection.ts'
import { startJournalMaintenance } from '../ops/journal-maintenance.ts'
import { createBacklog } from '../store/backlog.ts'
import { openJournalDatabase } from '../store/database.ts'
import { createRoom, type Room } from '../store/disk-reserve.ts'
import { WALK_START } from '../store/integrity.ts'
import { openJournal } from '../store/journal.ts'
import { createJournalCore, type JournalCore } from '../store/journal-core.ts'

function row(kind: string, body: unknown, at = 1000): JournalEntry {
  return { at, clock: 'TRUSTED', lane: 'A', kind, body }
}
const scan = (more = 0) => row('scan', { code: 'EXPIRED', text: 'x'.repeat(3000 + more) })

/** A database that may grow by so many pages, and by so many more when its room is given up. */
function tight(pages: number, reservePages: number) {
  const { db } = openJournalDatabase(':memory:', 1)
  const used = Number(db.prepare('PRAGMA page_count').get()?.page_count)
  const limit = (more: number) => db.exec(`PRAGMA max_page_count = ${used + pages + more}`)
  let held = true
  const room: Room = {
    release() {
      held = false
      limit(reservePages)
      return true
    },
    hold: () => {},
    state: () => ({ held, freeBytes: 0 }),
  }
  limit(0)
  const core = createJournalCore(db, () => 'f'.repeat(16), room)
  return { db, core, held: () => held }
}

const count = (db: DatabaseSync, where: string) =>
  Number(db.prepare(`SELECT count(*) AS n FROM rows WHERE ${where}`).get()?.n)

function fill(core: JournalCore, until: () => boolean): number {
  for (let rows = 0; rows < 1000; rows++) {
    if (until()) return rows
    core.append(scan(rows))
  }
  throw new Error('never full')
}

t.test(
  'a full disk: first what the service has, then the reserve, then refusals’ bodies',
  async t => {
    const { db, core, held } = tight(40, 20)
    for (let i = 0; i < 10; i++) core.append(scan(i))
    core.acknowledge(core.epoch(), 9)
    fill(core, () => count(db, 'seq < 8') === 0)
    t.ok(held(), 'acknowledged rows went first')
    t.equal(count(db, 'seq = 8'), 1, 'their last is the anchor')
    fill(core, () => !held())
    t.equal(count(db, 'body IS NULL'), 0, 'the reserve went second')
    fill(core, () => count(db, 'body IS NULL') > 0)
    t.equal(core.walk(WALK_START, 10_000).broken, undefined, 'the chain holds without them')
    let full = false
    for (let i = 0; i < 1000 && !full; i++) {
      try {
        core.append(row('alarm', { code: 'HELD', detail: 'x'.repeat(3000) }))
      } catch (error) {
        full = true
        t.match(error, { errcode: 13 })
      }
    }
    t.ok(full, 'and then a write fails')
    t.equal(core.walk(WALK_START, 10_000).broken, undefined)
  },
)

t.test('the reserve is a file of zeros, given up and taken again', async t => {
  const file = join(tempDir(), 'journal.db.reserve')
  const room = createRoom(file, 3_000_000)
  t.equal(room.state().held, false)
  room.hold()
  t.equal(statSync(file).size, 3_000_000)
  t.match(room.state(), { held: true })
  t.ok(room.release())
  t.notOk(existsSync(file))
  t.notOk(room.release())
})

t.test('asking how the disk is takes no reserve; a look at the disk does', async t => {
  const file = join(tempDir(), 'journal.db')
  const journal = await openJournal(file, 1, randomBytes)
  t.equal((await journal.room()).held, false)
  t.notOk(existsSync(`${file}.reserve`))
  t.equal((await journal.holdReserve()).held, true)
  t.ok(existsSync(`${file}.reserve`))
  t.equal((await journal.room()).held, true)
  await journal.close()
})

t.test('rows that must not be lost wait in order, and nothing overtakes them', async t => {
  const { core } = tight(1000, 0)
  const time = createVirtualTime()
  const faults: string[] = []
  let failing = true
  const rows = createBacklog({
    journal: {
      appendAll: async entries => {
        if (failing) throw new Error('disk full')
        return core.appendAll(entries)
      },
    },
    timers: time.timers,
    onFault: what => faults.push(what),
  })
  const standIn = await rows.appendOrKeep(row('grant', { n: 1 }))
  await rows.keep(row('passage', { n: 2, grant: standIn }))
  await t.rejects(rows.append(row('grant', { n: 3 })))
  t.equal(rows.waiting(), 2)
  failing = false
  t.match(await rows.append(row('grant', { n: 4 })), { seq: 3 }, 'what waits goes before it')
  const bodies = core.pending()?.rows.map(one => JSON.parse(one.body ?? ''))
  t.match(bodies, [{ n: 1 }, { n: 2, grant: { seq: 1, epoch: core.epoch() } }, { n: 4 }])
  failing = true
  await rows.keep(row('alarm', { n: 5 }))
  failing = false
  await time.advanceAsync(1000)
  t.equal(rows.waiting(), 0, 'by itself, a second later')
  t.equal(time.pending(), 0)
})

/** A backlog over a disk that is busy until it is told to go on; `commits`: the numbers of each. */
function busy(core: JournalCore) {
  const commits: number[][] = []
  const gates: (() => void)[] = []
  const rows = createBacklog({
    journal: {
      appendAll: async entries => {
        await new Promise<void>(resolve => gates.push(resolve))
        const refs = core.appendAll(entries)
        commits.push(entries.map(({ body }) => (body as { n: number }).n))
        return refs
      },
    },
    timers: createVirtualTime().timers,
    onFault: () => {},
  })
  async function goOn(): Promise<void> {
    while (gates.length > 0) {
      gates.shift()?.()
      await settle()
    }
  }
  return { rows, commits, goOn }
}

t.test('rows that came while the disk was busy share the next commit', async t => {
  const { rows, commits, goOn } = busy(tight(1000, 0).core)
  const refs = Array.from({ length: ROWS_TOGETHER_MAX + 3 }, (_, n) =>
    rows.append(row('grant', { n })),
  )
  await goOn()
  t.same(
    commits.map(one => one.length),
    [1, ROWS_TOGETHER_MAX, 2],
  )
  t.same(
    (await Promise.all(refs)).map(({ seq }) => seq),
    refs.map((_, n) => n + 1),
    'each is told its own',
  )
})

t.test('a row that can’t be written keeps none of those beside it from the disk', async t => {
  const { core } = tight(1000, 0)
  const { rows, commits, goOn } = busy(core)
  const kept = [0, 1].map(n => rows.keep(row('scan', { n })))
  const wrong = t.rejects(rows.append(row('grant', { n: 2, text: 'x'.repeat(9000) })), /too long/)
  const last = rows.append(row('grant', { n: 3 }))
  const refused = t.rejects(last, /too long/, 'as all that wait behind it then')
  await goOn()
  await Promise.all([...kept, wrong, refused])
  t.same(commits, [[0], [1]], 'alone, after they failed together')
  const next = rows.append(row('grant', { n: 4 }))
  await goOn()
  t.match(await next, { seq: 3 })
})

t.test('a grant written late is still the one that its passage names', async t => {
  const { core } = tight(1000, 0)
  const time = createVirtualTime()
  const gates: (() => void)[] = []
  const rows = createBacklog({
    journal: {
      appendAll: async entries => {
        await new Promise<void>(resolve => gates.push(resolve))
        return core.appendAll(entries)
      },
    },
    timers: time.timers,
    onFault: () => {},
  })
  const granted = rows.appendOrKeep(row('grant', { n: 1 }))
  await time.advanceAsync(2500)
  const standIn = await granted
  const passed = rows.keep(row('passage', { n: 2, grant: standIn }))
  await settle()
  t.equal(gates.length, 1, 'the passage waits for its grant')
  await passed
  gates.shift()?.()
  await settle()
  gates.shift()?.()
  await settle()
  const bodies = core.pending()?.rows.map(one => JSON.parse(one.body ?? ''))
  t.match(bodies, [{ n: 1 }, { n: 2, grant: { seq: 1, epoch: core.epoch() } }])
  t.equal(time.pending(), 0)
})

t.test('with the disk full nobody enters and everybody leaves; it is recorded later', async t => {
  const exit = await createVirtualLane({ direction: 'exit' })
  exit.failWrites(true)
  await exit.scan(await exit.code())
  t.same([...exit.energised], ['exit'])
  await exit.contact('passB', true)
  await exit.contact('passB', false)
  t.same(exit.rows(), [])
  exit.failWrites(false)
  await exit.time.advanceAsync(1000)
  t.same(exit.rows(), ['grant ADMIT_FLAGGED', 'passage'])
  t.same(exit.journal.openGrants(), [], 'the passage ends its grant')

  const entry = await createVirtualLane()
  entry.failWrites(true)
  await entry.scan(await entry.code())
  t.equal(entry.energised.size, 0)
  await entry.time.advanceAsync(3000)
  await entry.contact('release', true)
  t.same([...entry.energised], ['entry'], 'staff can let someone through')
  await entry.time.advanceAsync(6000)
  entry.failWrites(false)
  await entry.time.advanceAsync(1000)
  t.same(entry.rows(), ['grant STAFF_RELEASE', 'annulled NO_TURN'])
})

t.test('an annulment that could not be written is, before the next grant', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code())
  gate.failWrites(true)
  await gate.time.advanceAsync(6000)
  gate.failWrites(false)
  await gate.scan(await gate.code({ cti: 2 }))
  t.same(gate.rows(), ['grant ADMIT', 'annulled NO_TURN', 'grant ADMIT'])
})

/** 1201 rows on disk, then `damage`, then upkeep until it has walked. */
async function walked(damage: (db: DatabaseSync) => void): Promise<string[]> {
  const file = join(tempDir(), 'journal.db')
  const { db: fast } = openJournalDatabase(file, 1)
  fast.exec('PRAGMA synchronous = OFF')
  const core = createJournalCore(fast, () => 'b'.repeat(16))
  for (let i = 0; i < 1201; i++) core.append(row('scan', { i }))
  fast.close()
  const db = new DatabaseSync(file)
  damage(db)
  db.close()
  const journal = await openJournal(file, 2, randomBytes)
  const time = createVirtualTime()
  const told: string[] = []
  const upkeep = startJournalMaintenance({
    journal,
    timers: time.timers,
    nowMs: () => 2000,
    knowsAge: () => true,
    keepRowsMs: 1_000_000,
    onAlarm: (code, on, detail) => told.push(`${code} ${on} ${detail}`),
    onDisk: () => {},
    onRoom: () => {},
    onWalked: rows => told.push(`walked ${rows}`),
    onFault: (what, error) => told.push(`${what}: ${error}`),
  })
  const done = () => told.some(one => !one.startsWith('DISK_LOW'))
  for (const until = Date.now() + 8000; !done() && Date.now() < until; ) {
    time.advance(100)
    await settle()
  }
  upkeep.close()
  await journal.close()
  return told.filter(one => !one.startsWith('DISK_LOW'))
}

t.test('the chain is walked after a start; what does not fit is told with its row', async t => {
  t.same(await walked(() => {}), ['walked 1201'])
  const changed = await walked(db => db.exec("UPDATE rows SET body = '{}' WHERE seq = 700"))
  t.match(changed, [/^JOURNAL_DAMAGED true epoch [0-9a-f]{16}, row 700: its body was changed/])
  const moved = await walked(db => db.exec('UPDATE rows SET at = at + 1 WHERE seq = 3'))
  t.match(moved, [/row 3: it does not follow/])
  const missing = await walked(db => db.exec('DELETE FROM rows WHERE seq BETWEEN 20 AND 29'))
  t.match(missing, [/row 30: rows 20 to 29 are missing/])
  t.same(
    await walked(db => db.exec('DELETE FROM rows WHERE seq < 600')),
    ['walked 602'],
    'a pruned beginning is no damage',
  )
  const dropped = await walked(db => db.exec('UPDATE rows SET body = NULL WHERE seq < 50'))
  t.same(dropped, ['walked 1201'], 'nor is a dropped body')
})

t.test('a clock that was set back leaves no gap when old rows are dropped', async t => {
  const { core, db } = tight(1000, 0)
  for (const at of [5000, 90_000, 5000, 5000]) core.append(row('scan', {}, at))
  core.acknowledge(core.epoch(), 5)
  core.prune(100_000, 60_000)
  t.equal(count(db, '1'), 3, 'only what stands before the first row that must stay')
  t.equal(core.walk(WALK_START, 100).broken, undefined)
})

t.test('a low disk is told, and told to be over', async t => {
  const time = createVirtualTime()
  const told: string[] = []
  let freeBytes = 1e9
  const upkeep = startJournalMaintenance({
    journal: {
      beat: async () => {},
      prune: async () => {},
      walk: async () => ({ next: undefined, rows: 0, broken: undefined }),
      holdReserve: async () => ({ held: true, freeBytes }),
    },
    timers: time.timers,
    nowMs: () => 1,
    knowsAge: () => true,
    keepRowsMs: 1,
    onAlarm: (code, on, detail) => told.push(`${code} ${on} ${detail}`),
    onDisk: () => {},
    onRoom: () => {},
    onWalked: () => {},
    onFault: () => {},
  })
  await time.advanceAsync(10_000)
  t.same(told, [])
  freeBytes = 63 * 1_048_576
  await time.advanceAsync(20_000)
  freeBytes = 1e9
  await time.advanceAsync(10_000)
  t.match(told, [/^DISK_LOW true 63 MiB free/, /^DISK_LOW false/])
  upkeep.close()
  t.equal(time.pending(), 0)
})

t.test('a write that stalls for two seconds does not hold the main loop up', async t => {
  const file = join(tempDir(), 'journal.db')
  const journal = await openJournal(file, 1, randomBytes)
  await journal.append(row('boot', {}))
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  let written = false
  const write = journal.append(row('scan', {})).then(() => {
    written = true
  })
  const started = performance.now()
  const lateMs: number[] = []
  for (let last = started; last - started < 1900; ) {
    await new Promise(resolve => setTimeout(resolve, 1))
    const now = performance.now()
    lateMs.push(now - last - 1)
    last = now
  }
  t.notOk(written, 'it does stall')
  other.exec('COMMIT')
  await write
  other.close()
  lateMs.sort((a, b) => a - b)
  const usual = lateMs[Math.floor(lateMs.length * 0.99)] ?? 0
  t.ok(usual < 20, `99 of 100 turns of the loop were ${usual.toFixed(1)} ms late at most`)
  await journal.close()
})

t.test('a torn last row: the log is cut, the gate goes on with what is sound', async t => {
  const file = join(tempDir(), 'journal.db')
  const { db } = openJournalDatabase(file, 1)
  const core = createJournalCore(db, () => 'a'.repeat(16))
  for (let i = 0; i < 5; i++) core.append(row('scan', { i }))
  // As a power cut leaves it: the database and its log, without a clean close.
  const wal = `${file}-wal`
  const [main, log] = [readFileSync(file), readFileSync(wal)]
  db.close()
  rmSync(`${file}-shm`, { force: true })
  writeFileSync(file, main)
  writeFileSync(wal, log.subarray(0, log.length - 700))
  const journal = await openJournal(file, 2, randomBytes)
  t.equal(journal.setAside, undefined)
  const { rows, broken } = await journal.walk(WALK_START, 100)
  t.equal(rows, 4, 'the torn row never was')
  t.equal(broken, undefined)
  t.match(await journal.append(row('boot', {})), { seq: 5 })
  await journal.close()
})
