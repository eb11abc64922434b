/** Room for what this gate sees itself, and how long it is kept. */
import t from 'tap'
import { NAMES_MAX, PAPER_KEEP_MS, PHONE_KEEP_MS, VISIT_KEEP_MS } from '../limits.ts'
import { ctiOf } from '../testing/bus/wire.ts'
import type { Use, Visit } from './facts.ts'
import { createOwnMemory } from './own-memory.ts'
import { NO_MEMORY, packMemory } from './packed-memory.ts'

const NOW = 1_800_000_000_000
/** Of 64 two are left to who leaves. */
const MAX = { codes: 64, papers: 64, visits: 64, siblingUses: 1, siblingVisits: 1 }

const use = (n: number, over: Partial<Use> = {}): Use => ({
  ...({ kind: 'use', gate: 'g1', lane: 'A', direction: 'entry', outcome: 'passed' } as const),
  ...{ cti: ctiOf(n), presentedAt: n, at: NOW + n, grants: 1 },
  ...over,
})
const visit = (n: number, area = 'main'): Visit => ({
  ...({ kind: 'visit', gate: 'g1', inside: true } as const),
  ...{ area, cti: ctiOf(n), at: NOW + n },
})
const asked = (n: number, direction: 'entry' | 'exit', paper = false) => ({
  ...{ cti: ctiOf(n), presentedAt: n, area: 'main', direction },
  ...(paper ? ({ paper: true } as const) : {}),
})
const filled = (kind: 'codes' | 'papers' | 'visits', count: number) => {
  const memory = createOwnMemory(NO_MEMORY, 'g1', MAX)
  for (let n = 1; n <= count; n++) {
    if (kind === 'visits') memory.keepVisit(visit(n))
    else memory.keep(use(n), kind === 'papers')
  }
  return memory
}

t.test('the last of the room is for those who leave', async t => {
  for (const kind of ['codes', 'papers', 'visits'] as const) {
    const paper = kind === 'papers'
    t.ok(filled(kind, 61).hasRoom(asked(99, 'entry', paper)), kind)
    const full = filled(kind, 62)
    t.notOk(full.hasRoom(asked(99, 'entry', paper)))
    t.ok(full.hasRoom(asked(99, 'exit', paper)))
    t.ok(full.hasRoom(asked(7, 'entry', paper)), 'what is kept takes no more room')
    t.notOk(filled(kind, 64).hasRoom(asked(99, 'exit', paper)))
  }
  t.ok(filled('codes', 64).hasRoom(asked(99, 'entry', true)), 'paper has room of its own')
  t.notOk(filled('visits', 64).hasRoom({ ...asked(7, 'entry'), area: 'depot' }), 'another area')
})

t.test('how full it is, by kind', async t => {
  t.same(filled('papers', 16).fill(), [
    { what: 'codes', share: 0 },
    { what: 'paper passes', share: 0.25 },
    { what: 'visits', share: 0 },
  ])
})

t.test('a grant is under way until it ends, once', async t => {
  const memory = createOwnMemory(NO_MEMORY, 'g1', MAX)
  const reserved = use(1, { outcome: 'reserved', area: 'main' })
  memory.reserve(reserved, true)
  t.same(memory.open(ctiOf(1), 1), reserved)
  t.same(memory.use(ctiOf(1), 1), reserved)
  t.same([...memory.uses()], [reserved])
  const is = (area: string, n: number, direction: 'entry' | 'exit') =>
    memory.reserved(area, ctiOf(n), direction)
  t.same(
    [
      is('main', 1, 'entry'),
      is('depot', 1, 'entry'),
      is('main', 2, 'entry'),
      is('main', 1, 'exit'),
    ],
    [true, false, false, false],
  )
  t.same(memory.end(ctiOf(1), 1), { use: reserved, paper: true })
  t.equal(memory.end(ctiOf(1), 1), undefined)
  t.notOk(is('main', 1, 'entry'))
})

t.test('what a process left open at its end was interrupted', async t => {
  const seen = { cti: ctiOf(1), presentedAt: 1, lane: 'A', direction: 'entry', grants: 2 } as const
  const memory = createOwnMemory(
    packMemory({
      presentations: [
        { ...seen, outcome: 'reserved', atMs: NOW },
        { ...seen, presentedAt: 2, outcome: 'passed', atMs: NOW, paper: true },
      ],
      visits: [{ area: 'main', cti: ctiOf(1), inside: true, unsure: true, atMs: NOW }],
    }),
    'g1',
    MAX,
  )
  t.match(memory.use(ctiOf(1), 1), { outcome: 'interrupted', grants: 2, gate: 'g1', at: NOW })
  t.match(memory.use(ctiOf(1), 2), { outcome: 'passed' })
  t.match(memory.visit('main', ctiOf(1)), { inside: true, unsure: true, gate: 'g1', at: NOW })
  t.equal(memory.visit('depot', ctiOf(1)), undefined)
  t.same(
    memory.fill().map(({ share }) => share * 64),
    [1, 1, 1],
  )
})

t.test('what has a name beyond the bound of names is not kept', async t => {
  const memory = createOwnMemory(NO_MEMORY, 'g1', MAX)
  for (let n = 0; n < NAMES_MAX; n++) memory.keep(use(1, { lane: `L${n}` }), false)
  memory.keep(use(2, { lane: 'one-more' }), false)
  memory.keepVisit(visit(1))
  t.equal(memory.use(ctiOf(2), 2), undefined)
  t.same([...memory.visits()], [])
  t.equal([...memory.uses()].length, 1)
})

t.test('nor is it read back: the rest is', async t => {
  const seen = { cti: ctiOf(1), direction: 'exit', outcome: 'passed', grants: 1 } as const
  const lanes = Array.from({ length: NAMES_MAX + 1 }, (_, n) => `L${n}`)
  const presentations = lanes.map((lane, n) => ({ ...seen, presentedAt: n, lane, atMs: NOW + n }))
  const visits = ['main', 'depot'].map(area => ({ area, cti: ctiOf(1), inside: true, atMs: NOW }))
  const room = { ...MAX, codes: NAMES_MAX + 1 }
  const some = presentations.slice(0, NAMES_MAX - 2)
  const memory = createOwnMemory(packMemory({ presentations: some, visits }), 'g1', room)
  t.match(memory.visit('main', ctiOf(1)), { inside: true, gate: 'g1' })
  t.equal(memory.visit('depot', ctiOf(1)), undefined, 'the gate has the last name but one')
  const full = createOwnMemory(packMemory({ presentations, visits: [] }), 'g1', room)
  t.match(full.use(ctiOf(1), NAMES_MAX - 1), { lane: `L${NAMES_MAX - 1}`, direction: 'exit' })
  t.equal(full.use(ctiOf(1), NAMES_MAX), undefined)
})

t.test('each kind is kept for its own time', async t => {
  for (const [paper, keepMs] of [
    [false, PHONE_KEEP_MS],
    [true, PAPER_KEEP_MS],
  ] as const) {
    const memory = createOwnMemory(NO_MEMORY, 'g1', MAX)
    for (const n of [1, 2, 3]) memory.keep(use(n), paper)
    const left = () => [...memory.uses()].length
    memory.expire(NOW + 1 + keepMs, 9)
    t.equal(left(), 3)
    memory.expire(NOW + 2 + keepMs, 9)
    t.equal(left(), 2)
    memory.expire(NOW + 9 + keepMs, 1)
    t.equal(left(), 1, 'a little at a time')
  }
  const visits = createOwnMemory(NO_MEMORY, 'g1', MAX)
  for (const n of [1, 2, 3]) visits.keepVisit(visit(n))
  visits.expire(NOW + 1 + VISIT_KEEP_MS, 9)
  t.equal([...visits.visits()].length, 3)
  visits.expire(NOW + 9 + VISIT_KEEP_MS, 2)
  t.equal([...visits.visits()].length, 1)
})
