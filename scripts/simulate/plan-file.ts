/**
 * A simulation as a scenario's file: `npm run replay` plays it, and every invariant must hold. What a
 * failure is made smaller to is written so.
 */
import { z } from 'zod'
import { later, msOf, textOf } from '../replay/durations.ts'
import { FAULT_KINDS, type Fault } from './faults.ts'
import { laneNames } from './lane-names.ts'
import { healMsOf } from './plan-length.ts'
import type { Plan } from './run.ts'

/** As many as one gate has. */
export const LANES_MAX = 8
export const PASSENGERS_MAX = 1000
export const SEED_MAX = 2 ** 31
const FAULTS_MAX = 200_000

const chance = z.number().min(0).lt(1)
const faultSchema = z.strictObject({
  kind: z.enum(Object.keys(FAULT_KINDS)).describe('scripts/simulate/faults.ts'),
  at: later.describe('from the start'),
  for: later.describe('until it is over'),
  lane: z.string().optional().describe('of a lane’s fault: in1, out1, in2, out2, …'),
  pick: chance.default(0).describe('what a kind draws by itself'),
})

export const simulationSchema = z
  .strictObject({
    seed: z.int().min(0).max(SEED_MAX).default(1),
    for: later.describe('how long people come'),
    heal: later.default('20min').describe('from then on: time in which all that waits is sent'),
    lanes: z.int().min(2).max(LANES_MAX).default(6).describe('half let in, half let out'),
    passengers: z.int().min(1).max(PASSENGERS_MAX).default(60).describe('people on file'),
    people: z
      .array(z.int().min(0))
      .optional()
      .describe('by number, from 0 on: those who come; all unless given'),
    every: later.default('200s').describe('from one coming to the next of one person, on average'),
    faults: z.array(faultSchema).max(FAULTS_MAX).default([]),
  })
  .superRefine(({ lanes, passengers, people = [], faults }, { addIssue }) => {
    const names = laneNames(lanes)
    const wrong = (path: (string | number)[], message: string): void =>
      addIssue({ code: 'custom', path, message })
    for (const [i, { kind, lane }] of faults.entries()) {
      const isOfLane = FAULT_KINDS[kind]?.onLane === true
      if (lane !== undefined && !isOfLane) wrong(['faults', i, 'lane'], `${kind} is of no lane`)
      else if (isOfLane && !names.includes(lane ?? '')) {
        wrong(
          ['faults', i, 'lane'],
          `no lane ${lane ?? 'is named'}; there are: ${names.join(', ')}`,
        )
      }
    }
    for (const [i, person] of people.entries()) {
      if (person >= passengers) {
        wrong(['people', i], `no person ${person}; there are: 0 to ${passengers - 1}`)
      }
    }
  })

export const simulationScenarioSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1).max(120),
  why: z.string().optional().describe('what it is there for'),
  simulation: simulationSchema.describe('hours of a station with people and faults'),
})
export type SimulationScenario = z.infer<typeof simulationScenarioSchema>

export function planOf({ simulation }: SimulationScenario): Plan {
  const { seed, lanes, passengers, people, faults } = simulation
  const names = laneNames(lanes)
  return {
    ...{ seed, lanes, phones: passengers },
    spanMs: msOf(simulation.for),
    healMs: msOf(simulation.heal),
    people: people ?? Array.from({ length: passengers }, (_, n) => n),
    everyMs: msOf(simulation.every),
    faults: faults.map(({ kind, at, for: time, lane = '', pick }) => ({
      ...{ kind, pick, atMs: msOf(at), forMs: msOf(time) },
      // The middle of the chances that give this lane.
      lane: (Math.max(0, names.indexOf(lane)) + 0.5) / lanes,
    })),
  }
}

/** The text of a file that plays this plan again. */
export function planText(name: string, why: string, plan: Plan): string {
  const { seed, lanes, phones, people } = plan
  const names = laneNames(lanes)
  const faultOf = ({ kind, atMs, forMs, lane, pick }: Fault) => ({
    ...{ kind, at: textOf(atMs), for: textOf(forMs) },
    ...(FAULT_KINDS[kind]?.onLane && { lane: names[Math.floor(lane * lanes)] }),
    pick,
  })
  const file = {
    ...{ name, why },
    simulation: {
      ...{
        seed,
        for: textOf(plan.spanMs),
        heal: textOf(healMsOf(plan)),
        lanes,
        passengers: phones,
        people: [...people],
      },
      every: textOf(plan.everyMs),
      faults: plan.faults.map(faultOf),
    },
  } satisfies z.input<typeof simulationScenarioSchema>
  return `${JSON.stringify(file, null, 2)}\n`
}
