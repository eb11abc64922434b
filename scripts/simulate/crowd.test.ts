/** When people come, over days. */
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createAgenda } from './agenda.ts'
import { type CrowdParts, fillCrowd } from './crowd.ts'
import { comersAt, DAY_MS } from './daily.ts'
import { FAULT_KINDS } from './faults.ts'
import { HOUR_MS, seedPlan, USUAL_SIZE } from './seed-plan.ts'
import type { System } from './system.ts'

/** When each of these people applied, milliseconds from the start; nobody is given a certificate. */
async function comings(parts: Pick<CrowdParts, 'people' | 'daily' | 'untilMs'>) {
  const time = createVirtualTime()
  const agenda = createAgenda()
  const came = new Map<number, number[]>()
  const system = {
    time,
    service: { people: parts.people.map(() => ({})) },
    lanes: [],
    applications: {
      answers: [],
      async apply(person: number) {
        came.set(person, [...(came.get(person) ?? []), time.clock.monotonicMs()])
        return { status: 429 }
      },
    },
  } as unknown as System
  const counts = { shown: 0, walked: 0, refused: 0, passes: 0 }
  fillCrowd({ ...parts, system, agenda, seed: 1, everyMs: HOUR_MS, counts })
  for (let one = agenda.next(Infinity); one !== undefined; one = agenda.next(Infinity)) {
    time.advance(one.atMs - time.clock.monotonicMs())
    await one.run()
  }
  return [...came].sort(([a], [b]) => a - b).map(([, times]) => times)
}

t.test(
  'all come until the end, unless so many come daily: each for a day of their own',
  async t => {
    const untilMs = 2.5 * DAY_MS
    const people = [0, 1, 2, 3, 4, 5]
    for (const times of await comings({ people, untilMs })) {
      t.ok((times[0] ?? Infinity) < HOUR_MS)
      t.ok((times.at(-1) ?? 0) > untilMs - 2 * HOUR_MS)
    }
    const daily = await comings({ people, daily: 2, untilMs })
    t.equal(daily.length, people.length)
    for (const [person, times] of daily.entries()) {
      const fromMs = Math.floor(person / 2) * DAY_MS
      const toMs = Math.min(fromMs + DAY_MS, untilMs)
      t.ok(
        times.every(atMs => atMs >= fromMs && atMs < toMs),
        `person ${person} on that day alone`,
      )
      t.ok(times.length > (toMs - fromMs) / HOUR_MS / 2, 'and all day long')
    }
  },
)

t.test('those of a day, who are the last ones until it heals', async t => {
  for (const [people, daily, days, expected] of [
    [60, undefined, 3, { from: 0, count: 60 }],
    [6, 2, 0, { from: 0, count: 2 }],
    [6, 2, 1, { from: 2, count: 2 }],
    [6, 2, 2.9, { from: 4, count: 2 }],
    [6, 2, 3, { from: 4, count: 2 }],
    [5, 2, 2, { from: 4, count: 1 }],
  ] as const) {
    t.same(comersAt(people, daily, days * DAY_MS), expected, `${people}, ${daily}, day ${days}`)
  }
})

t.test('a seed’s plan has others on each day, and one day as it always was', async t => {
  for (const [hours, phones] of [
    [1, 60],
    [24, 60],
    [25, 120],
    [168, 420],
  ] as const) {
    const plan = seedPlan(1, { ...USUAL_SIZE, hours, faults: 0 })
    t.equal(plan.phones, phones, `${hours} hours`)
    t.equal(plan.people.length, phones)
    t.equal(plan.daily, hours > 24 ? USUAL_SIZE.passengers : undefined)
  }
})

t.test('who runs on the quota is one of those who come today', async t => {
  const applied: number[] = []
  const system = {
    comers: () => ({ from: 40, count: 20 }),
    applications: {
      async apply(person: number) {
        applied.push(person)
        return {}
      },
    },
  } as unknown as System
  for (const pick of [0, 0.5, 0.999]) {
    const fault = { kind: 'run on the quota', atMs: 0, forMs: 1, lane: 0, pick }
    await FAULT_KINDS[fault.kind]?.begin(system, fault)
  }
  t.same(applied, [40, 50, 59])
})
