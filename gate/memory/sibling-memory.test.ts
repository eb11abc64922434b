/** What each sibling may tell, and what becomes of its word. */
import t from 'tap'
import {
  PAPER_KEEP_MS,
  RESERVATION_MS,
  RESERVATIONS_MAX,
  SIBLING_NAMES_MAX,
  VISIT_KEEP_MS,
} from '../limits.ts'
import { ctiOf } from '../testing/bus/wire.ts'
import type { Pardon, Use, Visit } from './facts.ts'
import { createSiblingMemory } from './sibling-memory.ts'

const NOW = 1_800_000_000_000
const MAX = { codes: 1, papers: 1, visits: 1, siblingUses: 8, siblingVisits: 8 }

const use = (n: number, over: Partial<Use> = {}): Use => ({
  ...({ kind: 'use', gate: 'g2', lane: 'A', direction: 'entry', outcome: 'passed' } as const),
  ...{ cti: ctiOf(n), presentedAt: 1000 + n, at: NOW + n, grants: 1 },
  ...over,
})
const visit = (n: number, over: Partial<Visit> = {}): Visit => ({
  ...({ kind: 'visit', gate: 'g2', area: 'main', inside: true } as const),
  ...{ cti: ctiOf(n), at: NOW + n },
  ...over,
})
const pardon = (at: number, area?: string): Pardon => ({
  ...({ kind: 'pardon', gate: 'g2', at } as const),
  ...(area === undefined ? {} : { area }),
})
const MAIN = { outcome: 'reserved', area: 'main' } as const

function followed(...names: string[]) {
  const memory = createSiblingMemory(MAX)
  memory.follow(names)
  return memory
}
const told = (facts: Iterable<Use | Visit>) => [...facts].map(({ at }) => at - NOW)

t.test('who says too much loses the oldest of its own word, and nobody else’s', async t => {
  const memory = followed('g2', 'g3')
  memory.merge(use(90, { gate: 'g3', at: NOW - 9 }), 'g3', NOW)
  memory.merge(visit(90, { gate: 'g3', at: NOW - 9 }), 'g3', NOW)
  for (const n of [1, 2, 3, 4]) {
    t.ok(memory.merge(use(n), 'g2', NOW))
    t.ok(memory.merge(visit(n), 'g2', NOW))
  }
  t.same(memory.overfull(), [])
  t.ok(memory.merge(use(4, { at: NOW + 40 }), 'g2', NOW), 'what it has said may change')
  t.same(memory.overfull(), [])
  t.ok(memory.merge(use(5), 'g2', NOW), 'a fifth of its four')
  t.ok(memory.merge(visit(5), 'g2', NOW))
  t.same(memory.overfull(), ['g2'])
  t.same(memory.overfull(), [], 'told once')
  t.same(
    told(memory.uses()).sort((a, b) => a - b),
    [-9, 2, 3, 5, 40],
  )
  t.same(
    told(memory.visits()).sort((a, b) => a - b),
    [-9, 2, 3, 4, 5],
  )
  t.notOk(memory.merge(use(6, { at: NOW + 2 }), 'g2', NOW), 'older than all that it keeps')
  t.same(memory.overfull(), ['g2'])
})

t.test('who is not followed any more is forgotten, and its share is for the others', async t => {
  const memory = followed('g2', 'g3')
  for (const n of [1, 2, 3, 4]) memory.merge(use(n), 'g2', NOW)
  memory.merge(use(9, { gate: 'g3' }), 'g3', NOW)
  memory.merge(use(8, { ...MAIN, gate: 'g3' }), 'g3', NOW)
  memory.merge(visit(9, { gate: 'g3' }), 'g3', NOW)
  memory.merge(pardon(NOW, 'main'), 'g3', NOW)
  memory.follow(['g2'])
  t.equal(memory.use(ctiOf(9), 1009), undefined)
  t.equal(memory.visit('main', ctiOf(9)), undefined)
  t.notOk(memory.reserved('main', ctiOf(8), 'entry', NOW))
  t.equal(memory.pardonedMs('main'), 0)
  for (const n of [5, 6, 7, 8]) t.ok(memory.merge(use(n), 'g2', NOW))
  t.same(memory.overfull(), [])
  memory.follow(['g2', 'g4'])
  t.same(told(memory.uses()), [5, 6, 7, 8], 'one more sibling: half is left, the youngest')
  t.ok(memory.merge(use(3, { gate: 'g4', lane: 'Z' }), 'g4', NOW))
  t.match(memory.use(ctiOf(3), 1003), { gate: 'g4', lane: 'Z' })
  t.match(memory.use(ctiOf(5), 1005), { gate: 'g2', lane: 'A' })
})

t.test('siblings may come and go for ever', async t => {
  const memory = createSiblingMemory(MAX)
  for (let n = 1; n <= 300; n++) {
    const gate = `g${n}`
    memory.follow([gate])
    memory.merge(use(n, { gate }), gate, NOW)
    t.match(memory.use(ctiOf(n), 1000 + n), { gate })
    t.equal([...memory.uses()].length, 1)
  }
})

t.test('who brings more names than it may is told of, and what it said stays', async t => {
  const memory = createSiblingMemory({ ...MAX, siblingUses: 4000, siblingVisits: 4000 })
  memory.follow(['g2', 'g3'])
  for (let n = 0; n < SIBLING_NAMES_MAX; n++) memory.merge(use(n, { lane: `L${n}` }), 'g2', NOW)
  t.same(memory.overfull(), [])
  t.equal(memory.merge(use(5000, { lane: 'one-more' }), 'g2', NOW), false)
  t.equal(memory.use(ctiOf(5000), 6000), undefined)
  t.same(memory.overfull(), ['g2'])
  t.equal(memory.merge(visit(1, { area: 'one-more' }), 'g2', NOW), false)
  t.same(memory.overfull(), ['g2'])
  t.equal(
    memory.merge(use(5001, { gate: 'g3' }), 'g3', NOW),
    true,
    'others have names of their own',
  )
  t.match(memory.use(ctiOf(7), 1007), { lane: 'L7' })
})

t.test('what a gate has said of itself needs no second witness', async t => {
  const memory = followed('g2', 'g3')
  t.ok(memory.merge(use(1), 'g2', NOW))
  t.notOk(memory.merge(use(1), 'g2', NOW), 'twice')
  t.notOk(memory.merge(use(1), 'g3', NOW), 'by another')
  t.ok(memory.merge(use(1, { at: NOW + 2 }), 'g3', NOW), 'but what is newer is news')
  t.match(memory.use(ctiOf(1), 1001), { at: NOW + 2 })
  t.ok(memory.merge(visit(1), 'g2', NOW))
  t.notOk(memory.merge(visit(1), 'g2', NOW))
  t.ok(memory.merge(visit(1, { at: NOW + 9, inside: false }), 'g3', NOW))
  t.match(memory.visit('main', ctiOf(1)), { at: NOW + 9, inside: false })
  t.equal(memory.visit('depot', ctiOf(1)), undefined)
})

t.test('a grant under way elsewhere reserves its way in until it ends', async t => {
  const memory = followed('g2')
  const is = (at = NOW) => memory.reserved('main', ctiOf(1), 'entry', at)
  memory.merge(use(1, { ...MAIN, at: NOW }), 'g2', NOW + 5)
  t.ok(is())
  t.notOk(memory.reserved('main', ctiOf(1), 'exit', NOW), 'the other way')
  t.notOk(memory.reserved('depot', ctiOf(1), 'entry', NOW))
  t.ok(is(NOW + RESERVATION_MS - 1))
  t.notOk(is(NOW + RESERVATION_MS), 'or its time is over')
  memory.merge(use(1, { outcome: 'annulled', at: NOW + 10 }), 'g2', NOW)
  t.notOk(is())
  memory.merge(use(1, { outcome: 'reserved', at: NOW + 20 }), 'g2', NOW)
  t.notOk(is(), 'of no area')
  memory.merge(use(1, { ...MAIN, at: NOW + 30 }), 'g2', NOW)
  memory.merge(use(1, { outcome: 'reserved', at: NOW + 40 }), 'g2', NOW)
  t.notOk(is(), 'of none any more')
  memory.merge(use(1, { outcome: 'passed', area: 'main', at: NOW + 50 }), 'g2', NOW)
  t.notOk(is(), 'what has ended reserves nothing, whatever it names')
})

t.test('of what is reserved and pardoned each sibling keeps so much', async t => {
  const memory = createSiblingMemory({ ...MAX, siblingUses: 1000 })
  memory.follow(['g2'])
  const is = (n: number) => memory.reserved('main', ctiOf(n), 'entry', NOW)
  for (let n = 1; n <= RESERVATIONS_MAX; n++) memory.merge(use(n, MAIN), 'g2', NOW)
  memory.merge(use(1, { ...MAIN, at: NOW + 5000 }), 'g2', NOW + 5000)
  memory.merge(use(999, MAIN), 'g2', NOW)
  t.ok(is(1), 'told once more, it is the youngest')
  t.notOk(is(2))
  t.ok(is(3))
  for (let n = 0; n < SIBLING_NAMES_MAX; n++) memory.merge(pardon(NOW + n, `a${n}`), 'g2', NOW)
  memory.merge(pardon(NOW + 9000, 'a0'), 'g2', NOW)
  memory.merge(pardon(NOW, 'one-more'), 'g2', NOW)
  t.equal(memory.pardonedMs('a0'), NOW + 9000)
  t.equal(memory.pardonedMs('a1'), 0)
  t.equal(memory.pardonedMs('a2'), NOW + 2)
  t.equal([...memory.pardons()].length, SIBLING_NAMES_MAX)
})

t.test('an area is pardoned by its own emergency, or by one of all', async t => {
  const memory = followed('g2', 'g3')
  t.ok(memory.merge(pardon(NOW, 'main'), 'g2', NOW))
  t.notOk(memory.merge(pardon(NOW, 'main'), 'g2', NOW), 'twice')
  t.notOk(memory.merge(pardon(NOW - 1, 'main'), 'g2', NOW), 'an older one')
  t.equal(memory.pardonedMs('main'), NOW)
  t.equal(memory.pardonedMs('depot'), 0)
  t.ok(memory.merge(pardon(NOW + 1), 'g3', NOW))
  t.same([memory.pardonedMs('main'), memory.pardonedMs('depot')], [NOW + 1, NOW + 1])
})

t.test('what can not be shown again goes, a little at a time', async t => {
  const memory = followed('g2')
  for (const n of [1, 2, 3]) {
    memory.merge(use(n), 'g2', NOW)
    memory.merge(visit(n), 'g2', NOW)
  }
  memory.expire(NOW + 2 + VISIT_KEEP_MS, 5)
  t.same(told(memory.visits()), [2, 3])
  t.same(told(memory.uses()), [1, 2, 3])
  memory.expire(NOW + 9 + PAPER_KEEP_MS, 1)
  t.same(told(memory.uses()), [2, 3])
  t.same(told(memory.visits()), [3])
})
