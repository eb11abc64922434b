/** Several gates of one station: they share used codes over its bus, whatever goes wrong on it. */
import t from 'tap'
import { createGround } from '../../fixtures/one-process.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { Fault } from './fault-kind.ts'
import { planFaults } from './fault-plan.ts'
import { FAULT_KINDS } from './faults.ts'
import { type Plan, simulate } from './run.ts'

const MINUTE_MS = 60_000
const GATES = 2
const PEOPLE = 12
const ground = await createGround(tempDir(), PEOPLE, GATES)
const planOf = (faults: readonly Fault[], more: Partial<Plan> = {}): Plan => ({
  ...{ seed: 3, gates: GATES, lanes: 2, phones: PEOPLE, everyMs: MINUTE_MS },
  people: Array.from({ length: PEOPLE }, (_, n) => n),
  ...{ spanMs: 10 * MINUTE_MS, healMs: 5 * MINUTE_MS, faults, ...more },
})

/** What its gates granted, by flag, and refused as used. */
async function play(plan: Plan) {
  const seen = { granted: new Map<string, number>(), flagged: 0, used: 0 }
  const outcome = await simulate(ground, plan, {
    onSeen({ lane, ...one }) {
      if (one.what !== 'row') return
      if (one.kind === 'scan' && one.body.code === 'ALREADY_USED') seen.used += 1
      if (one.kind !== 'grant') return
      seen.granted.set(lane, (seen.granted.get(lane) ?? 0) + 1)
      if (JSON.stringify(one.body.flags).includes('BUS_DOWN')) seen.flagged += 1
    },
  })
  return { outcome, seen }
}

t.test(
  'people go to lanes of every gate; a used code is refused at each; the hash is one',
  async t => {
    const { outcome, seen } = await play(planOf([]))
    t.same(outcome.broken, [])
    t.same([...seen.granted.keys()].sort(), ['in1', 'in2', 'out1', 'out2'])
    t.equal(seen.flagged, 0)
    t.ok(seen.used > 3, `${seen.used} refused as used`)
    t.equal((await play(planOf([]))).outcome.hash, outcome.hash)
  },
)

t.test('a gate that is cut off from the bus lets in, and says that it knows less', async t => {
  const cut = { kind: 'bus cut', atMs: MINUTE_MS, forMs: 6 * MINUTE_MS, lane: 0, pick: 0 }
  const { outcome, seen } = await play(planOf([cut]))
  t.same(outcome.broken, [])
  t.ok(seen.flagged > 20, `${seen.flagged} flagged`)
})

t.test('faults of the bus and all others hold', async t => {
  const kinds = Object.keys(FAULT_KINDS)
  const onBus = kinds.filter(kind => FAULT_KINDS[kind]?.onBus)
  const spanMs = 20 * MINUTE_MS
  const faults = planFaults(5, kinds.length, spanMs, GATES)
  t.ok(onBus.every(kind => faults.some(fault => fault.kind === kind)))
  t.notOk(
    planFaults(5, 100, spanMs).some(fault => onBus.includes(fault.kind)),
    'of one gate alone',
  )
  const { outcome } = await play(planOf(faults, { seed: 5, spanMs, healMs: 20 * MINUTE_MS }))
  t.same(outcome.broken, [])
  t.equal(outcome.faults.size, kinds.length)
})
