/** What siblings tell, merged into memory and asked by the decision: pure, in any order. */

import fc from 'fast-check'
import t from 'tap'
import { STALE_AGAIN_MS } from '../decide/rules.ts'
import {
  FACT_AHEAD_MAX_MS,
  GRANTS_MAX,
  PAPER_KEEP_MS,
  RESERVATION_MS,
  RESERVATIONS_MAX,
  STALE_REFUSALS_MAX,
  VISIT_KEEP_MS,
} from '../limits.ts'
import { ctiOf, grantOf } from '../testing/bus/wire.ts'
import { annulIn, grantTo, passOn, voidIn } from '../testing/memory-rows.ts'
import { beatsUse, beatsVisit, type Fact, factSchema, type Use, type Visit } from './facts.ts'
import { createMemory, type Memory } from './memory.ts'

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
  t.notOk(told[1] !== undefined && 'area' in told[1], 'what has ended names none')
  for (const fact of told) t.ok(factSchema.safeParse(fact).success)
  t.end()
})

t.test(
  'what is under way here is what counts here, unless somebody has walked elsewhere',
  async t => {
    const shown = (memory: Memory) => memory.presentation(ctiOf(1), 1001)
    const memory = createMemory(EMPTY, 'g1', SMALL)
    memory.merge(use({ outcome: 'annulled', at: NOW + 9 }), 'g2', NOW)
    grantTo(memory, grantOf(1), 'A', NOW)
    t.match(shown(memory), { lane: 'A', outcome: 'reserved' }, 'by a clock that is ahead')
    annulIn(memory, grantOf(1), { reason: 'NO_TURN' }, NOW + 1)
    t.match(shown(memory), { lane: 'g2/A', outcome: 'annulled' }, 'once it is over the newer one')
    grantTo(memory, grantOf(1), 'A', NOW + 2)
    memory.merge(use({ at: NOW + 1 }), 'g2', NOW)
    t.match(shown(memory), { lane: 'g2/A', outcome: 'passed' })
  },
)

t.test('who goes through a free way ends nothing that is under way', async t => {
  const memory = createMemory(EMPTY, 'g1', SMALL)
  grantTo(memory, grantOf(1), 'A', NOW)
  const { cti, presentedAt, direction, area } = grantOf(1)
  memory.apply({
    kind: 'scan',
    lane: 'B',
    at: NOW + 1,
    body: { cti, presentedAt, direction, area },
  })
  t.ok(memory.reserved('main', ctiOf(1), 'entry', NOW + 1))
  passOn(memory, grantOf(1), NOW + 2)
  t.match(memory.own(ctiOf(1), 1001), { lane: 'A', outcome: 'passed', at: NOW + 2 })
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

t.test('the first refusal of a stale code counts until it is too long ago', async t => {
  const memory = createMemory(EMPTY, 'g1', SMALL)
  t.equal(memory.staleRefusedMs(ctiOf(1)), 0)
  memory.staleRefused(ctiOf(1), NOW)
  memory.staleRefused(ctiOf(1), NOW + STALE_AGAIN_MS - 1)
  t.equal(memory.staleRefusedMs(ctiOf(1)), NOW)
  memory.staleRefused(ctiOf(1), NOW + STALE_AGAIN_MS)
  t.equal(memory.staleRefusedMs(ctiOf(1)), NOW + STALE_AGAIN_MS)
  const most = createMemory(EMPTY, 'g1', SMALL)
  for (let n = 1; n <= STALE_REFUSALS_MAX; n++) most.staleRefused(ctiOf(n), NOW)
  most.staleRefused(ctiOf(1), NOW + STALE_AGAIN_MS)
  t.equal(most.staleRefusedMs(ctiOf(2)), NOW)
  most.staleRefused(ctiOf(0), NOW)
  t.equal(most.staleRefusedMs(ctiOf(2)), 0, 'past the bound the longest known goes')
  t.equal(most.staleRefusedMs(ctiOf(1)), NOW + STALE_AGAIN_MS)
})

t.test('a grant whose row could not be written is taken back, and told', async t => {
  const memory = createMemory(EMPTY, 'g1', SMALL)
  const told: Fact[] = []
  memory.onFact(fact => told.push(fact))
  memory.forget(grantOf(1))
  t.same(told, [], 'nothing was under way')
  grantTo(memory, grantOf(1), 'A', NOW)
  t.ok(memory.reserved('main', ctiOf(1), 'entry', NOW))
  const { cti: _, ...nobody } = grantOf(1)
  memory.forget(nobody)
  const { presentedAt: __, ...unshown } = grantOf(1)
  memory.forget(unshown)
  t.ok(memory.reserved('main', ctiOf(1), 'entry', NOW))
  memory.forget(grantOf(1))
  t.notOk(memory.reserved('main', ctiOf(1), 'entry', NOW))
  t.equal(memory.presentation(ctiOf(1), 1001), undefined)
  t.match(told, [
    { outcome: 'reserved', area: 'main' },
    { outcome: 'annulled', grants: 1 },
  ])
  t.notOk(told[1] !== undefined && 'area' in told[1])
})

t.test('a code is counted each time that it is granted, up to a bound', async t => {
  const memory = createMemory(EMPTY, 'g1', SMALL)
  const grants = () => memory.presentation(ctiOf(1), 1001)?.grants
  memory.merge(use({ outcome: 'annulled', at: NOW - 9, grants: GRANTS_MAX - 2 }), 'g2', NOW)
  for (const counted of [GRANTS_MAX - 1, GRANTS_MAX, GRANTS_MAX]) {
    grantTo(memory, grantOf(1), 'A', NOW)
    t.equal(grants(), counted)
    passOn(memory, grantOf(1), NOW)
    t.equal(grants(), counted, 'not by its end')
  }
  passOn(memory, grantOf(1), NOW + 9)
  t.equal(memory.own(ctiOf(1), 1001)?.at, NOW, 'what is not under way does not end')
})

t.test('the last emergency of an area counts, told once', async t => {
  const memory = createMemory(EMPTY, 'g1', SMALL)
  const told: Fact[] = []
  memory.onFact(fact => told.push(fact))
  voidIn(memory, 'main', NOW)
  voidIn(memory, 'main', NOW)
  voidIn(memory, 'main', NOW - 1)
  t.same(told, [{ kind: 'pardon', gate: 'g1', area: 'main', at: NOW }])
  t.equal(memory.pardonedMs('main'), NOW)
  memory.merge({ kind: 'pardon', gate: 'g2', area: 'main', at: NOW + 1 }, 'g2', NOW)
  t.equal(memory.pardonedMs('main'), NOW + 1, 'a sibling’s too')
  t.equal(memory.pardonedMs('depot'), 0)
})

t.test('staff are told what is nearly full, and who says too much', async t => {
  const memory = createMemory(EMPTY, 'g1', { ...SMALL, codes: 10, siblingUses: 1 })
  const pass = (n: number) => {
    grantTo(memory, grantOf(n), 'A', NOW)
    passOn(memory, grantOf(n), NOW)
  }
  for (let n = 1; n <= 8; n++) pass(n)
  t.same(memory.low(), [])
  pass(9)
  t.same(memory.low(), ['codes 90 %'])
  memory.follow(['g2'])
  for (const n of [20, 21]) memory.merge(use({ cti: ctiOf(n), at: NOW + n }), 'g2', NOW)
  t.same(memory.low(), ['codes 90 %', 'more than its share from g2'])
  memory.expire(NOW + VISIT_KEEP_MS * 9, 100)
  t.same(memory.low(), [])
  t.same([...memory.facts()], [])
})

t.test('of a gate’s own use a sibling tells nothing new, but that somebody has walked', async t => {
  const memory = createMemory(EMPTY, 'g1', SMALL)
  grantTo(memory, grantOf(1), 'A', NOW)
  annulIn(memory, grantOf(1), { reason: 'NO_TURN' }, NOW + 1)
  t.equal(memory.merge(use({ gate: 'g1', at: NOW + 9 }), 'g2', NOW), 'known', 'about itself')
  const older = use({ outcome: 'interrupted', at: NOW })
  t.equal(memory.merge(older, 'g2', NOW), 'known')
  t.equal(memory.merge({ ...older, at: NOW + 2 }, 'g2', NOW), 'merged')
  t.equal(memory.merge(use({ at: NOW }), 'g2', NOW), 'merged')
})

t.test('who is where: by this gate or by a sibling, whichever saw them last', async t => {
  const memory = createMemory(EMPTY, 'g1', SMALL)
  t.equal(memory.visit('main', ctiOf(1)), undefined)
  memory.merge(visit({ at: NOW }), 'g2', NOW)
  t.same(memory.visit('main', ctiOf(1)), { inside: true, unsure: undefined, atMs: NOW })
  const leaving = grantOf(1, { direction: 'exit' })
  grantTo(memory, leaving, 'A', NOW + 1)
  passOn(memory, leaving, NOW + 2)
  t.match(memory.visit('main', ctiOf(1)), { inside: false, atMs: NOW + 2 })
  memory.merge(visit({ at: NOW + 3 }), 'g2', NOW)
  t.match(memory.visit('main', ctiOf(1)), { inside: true, atMs: NOW + 3 })
})
