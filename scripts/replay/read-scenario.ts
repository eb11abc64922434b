/** A scenario's file, read and checked whole: its own fields, its names, and the gate's config in it. */
import { readFileSync } from 'node:fs'
import { type GateConfig, gateConfigSchema } from '../../gate/contract/config.ts'
import { explainPlaces, pathText } from '../../gate/contract/explain.ts'
import { createLineFinder, type Place } from '../../gate/contract/json-lines.ts'
import { readJsonText } from '../../gate/contract/json-text.ts'
import { type SimulationScenario, simulationScenarioSchema } from '../simulate/plan-file.ts'
import { type PlacedProblem, unknownNames } from './names.ts'
import { type Scenario, scenarioSchema } from './scenario.ts'

export interface ReadyScenario {
  readonly file: string
  readonly scenario: Scenario
  readonly config: GateConfig
  /** The line of its file in which something of it stands, from 1. */
  readonly lineOf: (place: Place) => number
}

export type ReadScenario =
  | { readonly ok: true; readonly ready: ReadyScenario }
  /** Hours of a whole station, with people and faults by a seed. */
  | { readonly ok: true; readonly simulation: SimulationScenario }
  /** One line each, with file, line and field. */
  | { readonly ok: false; readonly problems: readonly string[] }

/** The largest file that is read, bytes. */
const FILE_BYTES_MAX = 4 * 2 ** 20

export function readScenario(file: string): ReadScenario {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    return { ok: false, problems: [`${file}: cannot be read: ${(error as Error).message}`] }
  }
  if (bytes.length > FILE_BYTES_MAX) {
    return { ok: false, problems: [`${file}: larger than ${FILE_BYTES_MAX} bytes`] }
  }
  const read = readJsonText(bytes)
  if (!read.ok) return { ok: false, problems: [`${file}: ${read.problem}`] }
  const lineOf = createLineFinder(read.text)
  const isSimulation = Object.hasOwn(Object(read.value), 'simulation')
  const checked = isSimulation ? checkSimulation(read.value) : checkScenario(read.value)
  if (checked.ok) {
    return 'simulation' in checked ? checked : { ok: true, ready: { file, lineOf, ...checked } }
  }
  const problems = checked.problems.map(({ place, message }) => {
    return `${file}: line ${lineOf(place)}: ${pathText(place) || '(whole)'}: ${message}`
  })
  return { ok: false, problems }
}

type Refused = { readonly ok: false; readonly problems: readonly PlacedProblem[] }

function checkSimulation(
  value: unknown,
): { readonly ok: true; readonly simulation: SimulationScenario } | Refused {
  const parsed = simulationScenarioSchema.safeParse(value)
  return parsed.success
    ? { ok: true, simulation: parsed.data }
    : { ok: false, problems: explainPlaces(parsed.error, value) }
}

function checkScenario(
  value: unknown,
): ({ readonly ok: true } & Pick<ReadyScenario, 'scenario' | 'config'>) | Refused {
  const parsed = scenarioSchema.safeParse(value)
  if (!parsed.success) return { ok: false, problems: explainPlaces(parsed.error, value) }
  const scenario = parsed.data
  const given = configOf(scenario)
  const config = gateConfigSchema.safeParse(given)
  if (!config.success) {
    const problems = explainPlaces(config.error, given).map(({ place, message }) => ({
      place: placeInScenario(place, scenario),
      message,
    }))
    return { ok: false, problems }
  }
  const problems = unknownNames(scenario, config.data)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, scenario, config: config.data }
}

/** Of a place in the gate's config: where the scenario says it. */
function placeInScenario(place: Place, { lanes }: Scenario): Place {
  const [first, index, ...rest] = place
  if (first !== 'lanes') return ['gate', ...place]
  const name = Object.keys(lanes)[Number(index)]
  return name === undefined ? ['lanes'] : ['lanes', name, ...rest]
}

/** What a scenario leaves out of a gate's config, given. */
function configOf({ lanes, gate }: Scenario): unknown {
  return {
    ...{ gate: 'north-1', station: 'north', data: 'memory' },
    service: { url: 'http://service' },
    ...gate,
    trust: { factory: 'given', ...(gate.trust as object | undefined) },
    lanes: Object.entries(lanes).map(([name, lane]) => ({
      ...{ name, direction: 'entry', board: { port: 'board' } },
      ...(lane.readers === undefined && { scanner: { port: 'scanner' } }),
      ...(lane.direction === 'both' &&
        lane.readers === undefined && { exitScanner: { port: 'exit scanner' } }),
      ...lane,
    })),
  }
}
