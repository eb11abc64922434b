/** What siblings tell, merged into memory and asked by the decision: pure, in any order. */

import fc from 'fast-check'
import t from 'tap'
import { FACT_AHEAD_MAX_MS, PAPER_KEEP_MS, RESERVATION_MS, RESERVATIONS_MAX } from '../limits.ts'
import { ctiOf, grantOf } from '../testing/bus/wire.ts'
import { annulIn, grantTo } from '../testing/memory-rows.ts'
import { beatsUse, beatsVisit, type Fact, factSchema, type Use, type Visit } from './facts.ts'
import { createMemory } from './memory.ts'

const NOW = 1_800_000_000_000
const SMALL = { codes: 64, papers: 64, visits: 64, siblingUses: 64, siblingVisits: 64 }
const EMPTY = { presentations: [], visits: [] }
const use = (over: Partial<Use> = {}): Use => ({
  ...({ kind: 'use', gate: 'g2', lane: 'A', direction: 'entry', outcome: 'passed' } as const),
  ...{ cti: ctiOf(1), presentedAt: 1001, at: NOW, grants: 1 },
  ...over,
})
const visit = (over: Partial<Visit> = {}): Visit => ({
  ...({ kind: 'visit', gate: 'g2', area: 'main', inside: true } as const),
  ...{ cti: ctiOf(1), at: NOW },
  ...over,
})

t.test('facts in any order, some twice, come to the same memory', t => {
  const at = fc.integer({ min: NOW - 5, max: NOW + 5 })
  const gate = fc.constantFrom('g1', 'g2', 'g3')
  const uses = fc
    .record({
      gate,
      at,
      outcome: fc.constantFrom('reserved', 'passed', 'annulled', 'interrupted' as const),
      grants: fc.integer({ min: 1, max: 3 }),
    })
    .map(over => use({ ...over, ...(over.outcome === 'reserved' ? { area: 'main' } : {}) } as Use))
  const visits = fc.record({ gate, at, inside: fc.boolean() }).map(visit)
  const area = fc.constantFrom('main', 'depot')
  const pardons = fc
    .record({ gate, at, area }, { requiredKeys: ['gate', 'at'] })
    .map(over => ({ kind: 'pardon', ...over }) as const)
  const shown = (facts: readonly Fact[]) => {
    const memory = createMemory(EMPTY, 'me', SMALL)
    for (const fact of facts) memory.merge(fact, fact.gate, NOW)
    const seen = memory.presentation(ctiOf(1), 1001)
    return { seen, visit: memory.visit('main', ctiOf(1)), pardoned: memory.pardonedMs('main') }
  }
  const facts = fc.array(fc.oneof(uses, visits, pardons), { maxLength: 12 })
  fc.assert(
    fc.property(facts, fc.infiniteStream(fc.nat()), (heard, random) => {
      const shuffled = [...heard, ...heard.slice(0, 4)]
        .map(fact => ({ fact, place: random.next().value as number }))
        .sort((a, b) => a.place - b.place)
        .map(one => one.fact)
      t.same(shown(shuffled), shown(heard))
    }),
  )
  t.end()
})

t.test('a passage is never undone; else the newer one wins, and all agree on a tie', t => {
  t.ok(beatsUse(use({ at: 1 }), use({ outcome: 'annulled', at: 9 })))
  t.notOk(beatsUse(use({ outcome: 'annulled', at: 9 }), use({ at: 1 })))
  t.ok(beatsUse(use({ outcome: 'annulled', at: 9 }), use({ outcome: 'reserved', at: 9 })))
  t.notOk(beatsUse(use(), use()))
  t.ok(beatsVisit(visit({ at: 2, inside: false }), visit({ at: 1 })))
  t.ok(beatsVisit(visit(), visit({ inside: false })))
  t.notOk(beatsVisit(visit(), visit()))
  t.end()
})

t.test('two gates grant one code at the same moment: both walks count, nothing comes back', t => {
  const memory = createMemory(EMPTY, 'g1')
  const told: Fact[] = []
  memory.onFact(fact => told.push(fact))
  grantTo(memory, grantOf(1), 'A', NOW)
  t.equal(memory.merge(use({ outcome: 'reserved', area: 'main', at: NOW + 1 }), 'g2', NOW), 'known')
  t.match(memory.presentation(ctiOf(1), 1001), { lane: 'A', outcome: 'reserved' }, 'its own stays')
  t.equal(memory.merge(use({ at: NOW + 2 }), 'g2', NOW), 'merged')
  t.ok(memory.reserved('main', ctiOf(1), 'entry', NOW), 'its own lane is still letting it in')
  annulIn(memory, grantOf(1), { reason: 'NO_TURN' }, NOW + 3)
  t.match(memory.presentation(ctiOf(1), 1001), { lane: 'g2/A', outcome: 'passed' })
  t.notOk(memory.reserved('main', ctiOf(1), 'entry', NOW))
  t.match(told, [{ outcome: 'reserved' }, { outcome: 'annulled', gate: 'g1', lane: 'A' }])
  for (const fact of told) t.ok(factSchema.safeParse(fact).success)
  t.end()
})

t.test('bounds, each at its limit and one over', t => {
  const memory = createMemory(EMPTY, 'g1')
  t.equal(memory.merge(use({ at: NOW + FACT_AHEAD_MAX_MS }), 'g2', NOW), 'merged')
  t.equal(memory.merge(use({ cti: ctiOf(2), at: NOW + FACT_AHEAD_MAX_MS + 1 }), 'g2', NOW), 'ahead')
  t.equal(memory.merge(visit({ at: NOW - PAPER_KEEP_MS }), 'g2', NOW), 'merged')
  t.equal(memory.merge(visit({ at: NOW - PAPER_KEEP_MS - 1 }), 'g2', NOW), 'old')
  const reserved = { outcome: 'reserved', area: 'main' } as const
  for (let n = 0; n <= RESERVATIONS_MAX; n++) {
    memory.merge(use({ ...reserved, cti: ctiOf(100 + n) }), 'g2', NOW)
  }
  t.notOk(memory.reserved('main', ctiOf(100), 'entry', NOW), 'the oldest is let go')
  t.ok(memory.reserved('main', ctiOf(101), 'entry', NOW))
  const old = createMemory(EMPTY, 'g1')
  old.merge(use({ ...reserved, at: NOW - RESERVATION_MS + 1 }), 'g2', NOW)
  t.ok(old.reserved('main', ctiOf(1), 'entry', NOW))
  const over = createMemory(EMPTY, 'g1')
  over.merge(use({ ...reserved, at: NOW - RESERVATION_MS }), 'g2', NOW)
  t.notOk(over.reserved('main', ctiOf(1), 'entry', NOW), 'a replay later reserves nothing')
  const ahead = createMemory(EMPTY, 'g1')
  ahead.merge(use({ ...reserved, at: NOW + FACT_AHEAD_MAX_MS }), 'g2', NOW)
  t.notOk(ahead.reserved('main', ctiOf(1), 'entry', NOW + RESERVATION_MS), 'nor for longer')
  t.end()
})

t.test('what a restart reads is this gate’s own, and all of it can be told', t => {
  const memory = createMemory(
    {
      presentations: [
        {
          ...({ cti: ctiOf(1), presentedAt: 1001, lane: 'A', direction: 'entry' } as const),
          ...({ outcome: 'passed', atMs: NOW, grants: 1 } as const),
        },
      ],
      visits: [{ area: 'main', cti: ctiOf(1), inside: true, atMs: NOW }],
      pardons: [
        { area: '', atMs: NOW },
        { area: 'depot', atMs: NOW + 1 },
      ],
    },
    'g1',
  )
  const facts = [...memory.facts()]
  t.same(facts, [
    use({ gate: 'g1' }),
    visit({ gate: 'g1' }),
    { kind: 'pardon', gate: 'g1', at: NOW },
    { kind: 'pardon', gate: 'g1', area: 'depot', at: NOW + 1 },
  ])
  for (const fact of facts) t.ok(factSchema.safeParse(fact).success)
  t.match(memory.presentation(ctiOf(1), 1001), { lane: 'A' })
  t.end()
})
