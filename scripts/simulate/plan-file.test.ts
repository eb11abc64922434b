/** A simulation as a scenario's file: the same plan comes back, and mistakes are told with their line. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { readScenario } from '../replay/read-scenario.ts'
import { runScenario } from '../replay/run.ts'
import { planFaults } from './fault-plan.ts'
import { placeOf } from './faults.ts'
import { placesOf } from './places.ts'
import { planOf, planText } from './plan-file.ts'
import type { Plan } from './run.ts'
import { seedPlan, USUAL_SIZE } from './seed-plan.ts'

const file = join(tempDir(), 'one.json')
const read = (text: string) => {
  writeFileSync(file, text)
  return readScenario(file)
}

t.test('a plan that is written comes back, each fault on its lane', async t => {
  const plan: Plan = {
    ...{
      seed: 9,
      spanMs: 1_234_567,
      healMs: 60_000,
      lanes: 6,
      phones: 30,
      people: [3, 17],
      everyMs: 240_000,
    },
    faults: planFaults(9, 60, 1_234_567),
  }
  const back = read(planText('QUOTA holds', 'why', plan))
  if (!back.ok || !('simulation' in back)) return t.fail(JSON.stringify(back))
  const { faults, ...rest } = planOf(back.simulation)
  const laneOf = (chance: number): number => Math.floor(chance * plan.lanes)
  t.match(rest, { ...plan, faults: undefined })
  t.equal(faults.length, 60)
  for (const [i, fault] of faults.entries()) {
    const was = plan.faults[i]
    t.match(fault, { kind: was?.kind, atMs: was?.atMs, forMs: was?.forMs, pick: was?.pick })
    const isOfLane = JSON.stringify(back.simulation.simulation.faults[i]).includes('"lane"')
    if (isOfLane) t.equal(laneOf(fault.lane), laneOf(was?.lane ?? -1), fault.kind)
  }
  t.ok(faults.some(({ kind }) => kind === 'fire'))
})

t.test('a station of several gates comes back, each fault on its gate or lane', async t => {
  const size = { seed: 9, spanMs: 600_000, healMs: 60_000, gates: 3, lanes: 3 }
  const faults = planFaults(9, 90, size.spanMs, size.gates)
  const plan: Plan = { ...size, phones: 9, people: [1], everyMs: 60_000, faults }
  const back = read(planText('QUOTA holds', 'why', plan))
  if (!back.ok || !('simulation' in back)) return t.fail(JSON.stringify(back))
  const again = planOf(back.simulation)
  t.match(again, size)
  const places = placesOf(size)
  const wanted = faults.map(fault => placeOf(places, fault))
  t.same(
    again.faults.map(fault => placeOf(places, fault)),
    wanted,
  )
  t.same(new Set(wanted), new Set(['', ...places.gates, ...places.lanes]))
})

t.test('others on each day come back so', async t => {
  const plan = seedPlan(2, { ...USUAL_SIZE, hours: 49, faults: 0 })
  const back = read(planText('QUOTA holds', 'why', plan))
  if (!back.ok || !('simulation' in back)) return t.fail(JSON.stringify(back))
  t.match(planOf(back.simulation), { phones: 180, daily: 60, people: plan.people })
})

t.test('what is left out is as the command has it', async t => {
  const back = read('{"name":"x","simulation":{"for":"1h"}}')
  if (!back.ok || !('simulation' in back)) return t.fail(JSON.stringify(back))
  const plan = planOf(back.simulation)
  t.match(plan, {
    seed: 1,
    spanMs: 3_600_000,
    healMs: 1_200_000,
    lanes: 6,
    phones: 60,
    everyMs: 200_000,
    faults: [],
  })
  t.equal(plan.people.length, 60)
})

t.test('what is none is refused with file, line and field', async t => {
  const fault = { kind: 'fire', at: '1s', for: '1s', lane: 'in1' }
  const cases: readonly [object, RegExp][] = [
    [{ for: 'long' }, /one\.json: line 4: simulation\.for: is a time such as/],
    [{ seed: -1 }, /simulation\.seed: too small, at least 0/],
    [{ lanes: 1 }, /simulation\.lanes: too small, at least 2/],
    [{ lanes: 9 }, /simulation\.lanes: too large, at most 8/],
    [{ hours: 1 }, /simulation\.hours: unknown key/],
    [{ people: [60] }, /simulation\.people\.0: no person 60; there are: 0 to 59/],
    [
      { faults: [{ ...fault, kind: 'flood' }] },
      /simulation\.faults\.0\.kind: must be "network down"/,
    ],
    [
      { faults: [{ ...fault, lane: 'in9' }] },
      /faults\.0\.lane: no lane in9; there are: in1, out1,/,
    ],
    [{ faults: [{ ...fault, lane: undefined }] }, /faults\.0\.lane: no lane is named; there are/],
    [{ faults: [{ ...fault, kind: 'disk full' }] }, /faults\.0\.lane: disk full is of no lane/],
    [{ faults: [{ ...fault, pick: 1 }] }, /faults\.0\.pick: /],
    [{ gates: 9 }, /simulation\.gates: too large, at most 8/],
    [
      { faults: [{ ...fault, kind: 'bus cut', lane: undefined }] },
      /faults\.0\.kind: bus cut takes several gates/,
    ],
    [
      { gates: 2, faults: [{ ...fault, kind: 'bus cut', lane: undefined }] },
      /faults\.0\.gate: no gate is named; there are: north-1, north-2/,
    ],
    [
      { gates: 2, faults: [{ ...fault, kind: 'disk full', lane: undefined, gate: 'north-3' }] },
      /faults\.0\.gate: no gate north-3; there are/,
    ],
    [
      { gates: 2, faults: [{ ...fault, gate: 'north-1' }] },
      /faults\.0\.gate: fire is of no gate by itself/,
    ],
    [
      { faults: [{ ...fault, kind: 'disk full', lane: undefined, gate: 'north-1' }] },
      /faults\.0\.gate: disk full is of no gate by itself/,
    ],
  ]
  for (const [what, expected] of cases) {
    const simulation = { for: '1h', ...what }
    const told = read(JSON.stringify({ name: 'x', simulation }, null, 2))
    t.match(told.ok ? 'taken' : told.problems.join('\n'), expected)
  }
  const neither = read('{"name":"x","simulation":{"for":"1h"},"steps":[]}')
  t.match(neither.ok ? 'taken' : neither.problems.join('\n'), /steps: unknown key/)
})

t.test('it is played; in its own time it is not', async t => {
  writeFileSync(
    file,
    '{"name":"x","simulation":{"for":"5min","lanes":2,"passengers":2,"every":"1min"}}',
  )
  const seen: string[] = []
  const result = await runScenario(file, { update: false, onSeen: one => seen.push(one.what) })
  t.match(result, { ok: true, name: 'x', problems: [], simulation: { plan: { seed: 1 } } })
  t.ok(result.simulation !== undefined && result.simulation.outcome.counts.shown > 4)
  t.ok(seen.includes('relay'))
  const other = await runScenario(file, { update: false, seed: 5 })
  t.not(other.simulation?.outcome.hash, result.simulation?.outcome.hash)
  const pace = async (): Promise<void> => {}
  const refused = await runScenario(file, { update: false, pace })
  t.match(refused, { ok: false, problems: [/leave out --realtime/] })
})
