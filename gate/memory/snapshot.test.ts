/** What a start reads: each kind oldest first, whatever the order on disk. */
import t from 'tap'
import type { MemoryMax } from '../limits.ts'
import { PAPER_KEEP_MS, PHONE_KEEP_MS, VISIT_KEEP_MS } from '../limits.ts'
import { openJournalDatabase } from '../store/database.ts'
import { ctiOf } from '../testing/bus/wire.ts'
import { NO_MEMORY, unpackMemory } from './packed-memory.ts'
import { expireMemory, pardonedArea } from './projection.ts'
import { readMemory } from './snapshot.ts'

const NOW = 1_800_000_000_000
const SHOWN_S = 1_700_000_000

function journal() {
  const { db } = openJournalDatabase(':memory:', 1)
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
