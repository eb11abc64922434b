/** When people come, over days. */
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createAgenda } from './agenda.ts'
import { type CrowdParts, fillCrowd } from './crowd.ts'
import { HOUR_MS, seedPlan, USUAL_SIZE } from './seed-plan.ts'
import type { System } from './system.ts'

const DAY_MS = 24 * HOUR_MS

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
