/** A scenario's file, read and checked whole: its own fields, its names, and the gate's config in it. */
import { readFileSync } from 'node:fs'
import { type GateConfig, gateConfigSchema } from '../../gate/contract/config.ts'
import { explainIssues } from '../../gate/contract/explain.ts'
import { readJsonText } from '../../gate/contract/json-text.ts'
import { unknownNames } from './names.ts'
import { type Scenario, scenarioSchema } from './scenario.ts'

export interface ReadyScenario {
  readonly file: string
  readonly scenario: Scenario
  readonly config: GateConfig
}

export type ReadScenario =
  | { readonly ok: true; readonly ready: ReadyScenario }
  /** One line each, with file and field. */
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
  return checkScenario(file, read.value)
}

export function checkScenario(file: string, value: unknown): ReadScenario {
  const refuse = (problems: readonly string[]): ReadScenario => ({
    ok: false,
    problems: problems.map(one => `${file}: ${one}`),
  })
  const parsed = scenarioSchema.safeParse(value)
  if (!parsed.success) return refuse(explainIssues(parsed.error, value))
  const scenario = parsed.data
  const given = configOf(scenario)
  const config = gateConfigSchema.safeParse(given)
  if (!config.success) {
    return refuse(explainIssues(config.error, given).map(one => `the gate’s config: ${one}`))
  }
  const strange = unknownNames(scenario, config.data)
  if (strange.length > 0) return refuse(strange)
  return { ok: true, ready: { file, scenario, config: config.data } }
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
