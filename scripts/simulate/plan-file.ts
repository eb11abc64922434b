/**
 * A simulation as a scenario's file: `npm run replay` plays it, and every invariant must hold. What a
 * failure is made smaller to is written so.
 */
import { z } from 'zod'
import { later, msOf, textOf } from '../replay/durations.ts'
import type { Fault } from './fault-kind.ts'
import { FAULT_KINDS, placeOf } from './faults.ts'
import { type Places, placesOf } from './places.ts'
import { healMsOf } from './plan-length.ts'
import type { Plan } from './run.ts'

/** As many as one gate has. */
export const LANES_MAX = 8
export const GATES_MAX = 8
/** A thousand on each day of a week. */
export const PASSENGERS_MAX = 7000
export const SEED_MAX = 2 ** 31
const FAULTS_MAX = 200_000

const chance = z.number().min(0).lt(1)
const faultSchema = z.strictObject({
  kind: z.enum(Object.keys(FAULT_KINDS)).describe('scripts/simulate/faults.ts'),
  at: later.describe('from the start'),
  for: later.describe('until it is over'),
  lane: z.string().optional().describe('of a lane’s fault: in1, out1, in2, out2, …'),
  gate: z
    .string()
    .optional()
    .describe('of a whole gate’s fault, where there are several: north-1, north-2, …'),
  pick: chance.default(0).describe('what a kind draws by itself'),
})

type PlacedFault = z.infer<typeof faultSchema>

/** What is wrong with where it says that it is. */
function misplaced(
  { kind, lane, gate }: PlacedFault,
  { lanes, gates }: Places,
): { field: 'kind' | 'lane' | 'gate'; message: string } | undefined {
  const { onLane = false, onStation = false, onBus = false } = FAULT_KINDS[kind] ?? {}
  const isOne = gates.length === 1
  if (onBus && isOne) return { field: 'kind', message: `${kind} takes several gates` }
  const wrong = (field: 'lane' | 'gate', name: string | undefined, has: readonly string[]) => {
    if (has.includes(name ?? '')) return undefined
    const message = `no ${field} ${name ?? 'is named'}; there are: ${has.join(', ')}`
    return { field, message }
  }
  if (lane !== undefined && !onLane) return { field: 'lane', message: `${kind} is of no lane` }
  if (gate !== undefined && (onLane || onStation || isOne)) {
    return { field: 'gate', message: `${kind} is of no gate by itself` }
  }
  if (onLane) return wrong('lane', lane, lanes)
  return onStation || isOne ? undefined : wrong('gate', gate, gates)
}

export const simulationSchema = z
  .strictObject({
    seed: z.int().min(0).max(SEED_MAX).default(1),
    for: later.describe('how long people come'),
    heal: later.default('20min').describe('from then on: time in which all that waits is sent'),
    gates: z.int().min(1).max(GATES_MAX).default(1).describe('of the station, with a bus between'),
    lanes: z
      .int()
      .min(2)
      .max(LANES_MAX)
      .default(6)
      .describe('of each gate: half let in, half let out'),
    passengers: z.int().min(1).max(PASSENGERS_MAX).default(60).describe('people on file'),
    people: z
      .array(z.int().min(0))
      .optional()
      .describe('by number, from 0 on: those who come; all unless given'),
    daily: z
      .int()
      .min(1)
      .optional()
      .describe(
        'so many by number come on the first day, the next on the next; all daily unless given',
      ),
    every: later.default('200s').describe('from one coming to the next of one person, on average'),
    faults: z.array(faultSchema).max(FAULTS_MAX).default([]),
  })
  .superRefine(({ lanes, gates, passengers, people = [], faults }, { addIssue }) => {
    const places = placesOf({ lanes, gates })
    const wrong = (path: (string | number)[], message: string): void =>
      addIssue({ code: 'custom', path, message })
    for (const [i, fault] of faults.entries()) {
      const found = misplaced(fault, places)
      if (found !== undefined) wrong(['faults', i, found.field], found.message)
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
  const { seed, lanes, gates, passengers, people, daily, faults } = simulation
  const places = placesOf({ lanes, gates })
  return {
    ...{ seed, lanes, gates, phones: passengers },
    spanMs: msOf(simulation.for),
    healMs: msOf(simulation.heal),
    people: people ?? Array.from({ length: passengers }, (_, n) => n),
    ...(daily !== undefined && { daily }),
    everyMs: msOf(simulation.every),
    faults: faults.map(({ kind, at, for: time, lane, gate = '', pick }) => ({
      ...{ kind, pick, atMs: msOf(at), forMs: msOf(time) },
      lane: lane === undefined ? chanceOf(gate, places.gates) : chanceOf(lane, places.lanes),
    })),
  }
}

/** The middle of the chances that give this name. */
const chanceOf = (name: string, all: readonly string[]): number =>
  (Math.max(0, all.indexOf(name)) + 0.5) / all.length

/** The text of a file that plays this plan again. */
export function planText(name: string, why: string, plan: Plan): string {
  const { seed, lanes, gates = 1, phones, people, daily } = plan
  const places = placesOf(plan)
  const faultOf = (fault: Fault) => {
    const { kind, atMs, forMs, pick } = fault
    const place = placeOf(places, fault)
    const where = FAULT_KINDS[kind]?.onLane ? 'lane' : 'gate'
    return {
      ...{ kind, at: textOf(atMs), for: textOf(forMs) },
      ...(place !== '' && { [where]: place }),
      pick,
    }
  }
  const file = {
    ...{ name, why },
    simulation: {
      ...{
        seed,
        for: textOf(plan.spanMs),
        heal: textOf(healMsOf(plan)),
        ...(gates > 1 && { gates }),
        lanes,
        passengers: phones,
        people: [...people],
        ...(daily !== undefined && { daily }),
      },
      every: textOf(plan.everyMs),
      faults: plan.faults.map(faultOf),
    },
  } satisfies z.input<typeof simulationScenarioSchema>
  return `${JSON.stringify(file, null, 2)}\n`
}
