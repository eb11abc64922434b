/** What a start reads: each kind oldest first, whatever the order on disk. */
import { deepStrictEqual } from 'node:assert'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { MemoryMax } from '../limits.ts'
import { MEMORY_MAX, PAPER_KEEP_MS, PHONE_KEEP_MS, VISIT_KEEP_MS } from '../limits.ts'
import { openJournalDatabase } from '../store/database.ts'
import { ctiOf } from '../testing/bus/wire.ts'
import { NO_MEMORY, unpackMemory } from './packed-memory.ts'
import { expireMemory, pardonedArea } from './projection.ts'
import { readMemory } from './snapshot.ts'

const NOW = 1_800_000_000_000
const SHOWN_S = 1_700_000_000

function journal(file = ':memory:') {
  const { db } = openJournalDatabase(file, 1)
  return {
    db,
    use(table: 'presentations' | 'papers', n: number, at: number, shownS = SHOWN_S) {
      db.prepare(`INSERT INTO ${table} VALUES (?, ?, 'A', 'entry', 'passed', ?, 2)`).run(
        ...([ctiOf(n), shownS, at] as const),
      )
    },
    visit(n: number, inside: number, at: number) {
      db.prepare("INSERT INTO visits (area, cti, inside, at) VALUES ('main', ?, ?, ?)").run(
        ...([ctiOf(n), inside, at] as const),
      )
    },
    mark(name: string, at: number) {
      db.prepare('INSERT INTO marks VALUES (?, ?)').run(name, at)
    },
    read: (max?: MemoryMax) => unpackMemory(readMemory(db, max)),
  }
}

t.test('presentations, papers, visits and pardons, each oldest first', async t => {
  const on = journal()
  for (const [n, at] of [
    [1, NOW + 3],
    [2, NOW + 1],
    [3, NOW + 2],
  ] as const) {
    on.use('presentations', n, at)
    on.visit(n, n - 1, at)
  }
  on.use('papers', 4, NOW)
  on.mark('pardoned', NOW + 2)
  on.mark('pardoneddepot', NOW + 1)
  on.mark('closed', NOW)
  const { presentations, visits, pardons } = on.read()
  t.same(
    presentations.map(({ cti, paper, atMs }) => [Number(`0x${cti}`), paper, atMs - NOW]),
    [
      [2, undefined, 1],
      [3, undefined, 2],
      [1, undefined, 3],
      [4, true, 0],
    ],
  )
  t.match(presentations[0], {
    ...{ presentedAt: SHOWN_S, lane: 'A', direction: 'entry', outcome: 'passed', grants: 2 },
  })
  t.match(visits, [
    { area: 'main', cti: ctiOf(2), inside: true, atMs: NOW + 1 },
    { cti: ctiOf(3), inside: true, unsure: true },
    { cti: ctiOf(1), inside: false },
  ])
  t.notOk(visits[0]?.unsure)
  t.same(pardons, [
    { area: 'depot', atMs: NOW + 1 },
    { area: '', atMs: NOW + 2 },
  ])
  t.equal(pardonedArea('closed'), undefined)
})

t.test(
  'of more than memory holds the youngest, as many where several are of one moment',
  async t => {
    const on = journal()
    for (const n of [1, 2, 3, 4]) {
      on.use('presentations', n, NOW)
      on.use('papers', n, NOW + (n % 4))
      on.visit(n, 1, NOW + n)
    }
    const max = { codes: 2, papers: 3, visits: 1, siblingUses: 1, siblingVisits: 1 }
    const { presentations, visits } = on.read(max)
    t.equal(presentations.filter(({ paper }) => paper !== true).length, 2)
    t.same(
      presentations.filter(({ paper }) => paper === true).map(({ cti }) => cti),
      [1, 2, 3].map(ctiOf),
    )
    t.same(
      visits.map(({ cti }) => cti),
      [ctiOf(4)],
    )
  },
)

t.test('each outcome and direction, as the decision reads it', async t => {
  const on = journal()
  const outcomes = ['reserved', 'interrupted', 'annulled', 'passed']
  const all = ['entry', 'exit'].flatMap(direction =>
    outcomes.map(outcome => ({ direction, outcome })),
  )
  for (const [n, { direction, outcome }] of all.entries()) {
    on.db
      .prepare(`INSERT INTO presentations VALUES (?, ?, 'L"1', ?, ?, ?, 1)`)
      .run(...([ctiOf(n), -n, direction, outcome, NOW + n] as const))
  }
  const { presentations } = on.read()
  t.same(
    presentations.map(({ direction, outcome }) => ({ direction, outcome })),
    all,
  )
  t.match(presentations[3], { lane: 'L"1', presentedAt: -3 })
})

t.test('in order of time, also where it was wrong for years', async t => {
  const on = journal()
  for (const [n, at] of [NOW + 2, 0, NOW * 4, NOW].entries()) on.use('papers', n, at)
  t.same(
    on.read().presentations.map(({ atMs }) => atMs),
    [0, NOW, NOW + 2, NOW * 4],
  )
})

t.test('a certificate that is none is left out, and no other takes its place', async t => {
  const on = journal()
  for (const n of [1, 2, 3]) on.visit(n, 1, NOW + n)
  for (const cti of ['', 'no hex', 'abcd', 'a'.repeat(34)]) {
    on.db.prepare('UPDATE visits SET cti = ? WHERE at = ?').run(cti, NOW + 2)
    t.match(on.read().visits, [{ cti: ctiOf(1), atMs: NOW + 1 }, { cti: ctiOf(3) }], cti)
  }
})

/** Digits around the bounds of pieces, of either case, and what is no certificate. */
const name = fc.oneof(
  ...['00', '03', '04', '3f', '7F', '80', '9f', 'A0', 'a0', 'fB', 'fc', 'ff'].map(first =>
    fc.constantFrom(...['0', '8', 'f'].map(digit => first + digit.repeat(30))),
  ),
  fc.constantFrom(
    '',
    'g',
    'é',
    '0',
    'g'.repeat(32),
    '0'.repeat(31),
    '0'.repeat(33),
    'a'.repeat(64),
  ),
)
const row = fc.record({
  ...{ name, presentedAt: fc.integer({ min: -3, max: 3 }), at: fc.integer({ min: 0, max: 5 }) },
  ...{ area: fc.constantFrom('main', 'depot', '', 'é"'), grants: fc.nat(65_535) },
})

/** As SQL alone has them, one row at a time. */
function youngestOf(on: ReturnType<typeof journal>, table: string, key: string, max: number) {
  const rows = on.db.prepare(`SELECT *, length(unhex(cti)) AS bytes FROM ${table}`)
  return rows
    .all()
    .filter(({ bytes }) => bytes === 16)
    .sort((a, b) => Number(a.at) - Number(b.at))
    .slice(-max)
    .map(one => [String(one.cti).toLowerCase(), one[key], one.at, one.grants])
}

t.test('what is read in pieces is what the rows say', async () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (rows, most) => {
      const on = journal()
      const use = on.db.prepare(
        "INSERT OR IGNORE INTO presentations VALUES (?, ?, 'A', 'entry', 'passed', ?, ?)",
      )
      const visit = on.db.prepare('INSERT OR IGNORE INTO visits VALUES (?, ?, 1, ?)')
      for (const { name, presentedAt, at, area, grants } of rows) {
        use.run(name, presentedAt, at, grants)
        visit.run(area, name, at)
      }
      const max = { ...MEMORY_MAX, codes: most, visits: most }
      const { presentations, visits } = on.read(max)
      deepStrictEqual(
        presentations.map(one => [one.cti, one.presentedAt, one.atMs, one.grants]),
        youngestOf(on, 'presentations', 'presented_at', most),
      )
      deepStrictEqual(
        visits.map(one => [one.cti, one.area, one.atMs, undefined]),
        youngestOf(on, 'visits', 'area', most),
      )
      on.db.close()
    }),
  )
})

t.test('keys damaged on disk hide no other row', async () => {
  const file = join(tempDir(), 'journal.db')
  const digits = (n: number, digit: string) =>
    `${(n % 256).toString(16).padStart(2, '0')}${digit.repeat(30)}`
  const all = Array.from({ length: 256 }, (_, n) => digits(n, '5'))
  const made = journal(file)
  const use = made.db.prepare(
    "INSERT INTO presentations VALUES (?, 1, 'A', 'entry', 'passed', ?, 1)",
  )
  for (const [n, cti] of all.entries()) use.run(cti, NOW + n)
  made.db.close()
  const sound = readFileSync(file)
  for (let round = 0; round < 64; round++) {
    const some = Array.from({ length: 1 + (round % 16) }, (_, i) => (round * 97 + i * 41) % 256)
    const bytes = Buffer.from(sound)
    let damaged = all
    for (const n of some) {
      const [from, to] = [digits(n, '5'), digits(n * 37 + round, '6')]
      damaged = damaged.with(n, to)
      // In the table and in its index of time.
      for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from)) bytes.write(to, at)
    }
    writeFileSync(file, bytes)
    const on = journal(file)
    deepStrictEqual(
      on.read().presentations.map(({ cti }) => cti),
      damaged,
    )
    on.db.close()
  }
})

t.test('an empty journal, and none', async t => {
  const nothing = { presentations: [], visits: [], pardons: [] }
  t.same(journal().read(), nothing)
  t.same(unpackMemory(NO_MEMORY), nothing)
})

t.test('on disk each kind is kept as long as in memory', async t => {
  const on = journal()
  const known = () => {
    const { presentations, visits } = on.read()
    return [...presentations, ...visits].map(({ cti }) => Number(`0x${cti}`))
  }
  on.use('presentations', 1, NOW - PHONE_KEEP_MS - 1)
  on.use('presentations', 2, NOW - PHONE_KEEP_MS)
  on.use('presentations', 3, NOW - PHONE_KEEP_MS - 1, NOW / 1000)
  on.use('papers', 4, NOW - PAPER_KEEP_MS - 1)
  on.use('papers', 5, NOW - PAPER_KEEP_MS)
  on.use('papers', 6, NOW - PAPER_KEEP_MS - 1, -NOW / 1000)
  on.visit(7, 1, NOW - VISIT_KEEP_MS - 1)
  on.visit(8, 1, NOW - VISIT_KEEP_MS)
  expireMemory(on.db, NOW)
  t.same(known().sort(), [2, 3, 5, 6, 8], 'what lies ahead by its own time too')
})
