/** Runs scenarios one after the other: each is played, judged, and compared with its golden trace. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Observed } from '../../fixtures/stage/observed.ts'
import { pathText } from '../../gate/contract/explain.ts'
import type { Report } from '../simulate/report.ts'
import { type Judged, judge } from './expect.ts'
import { playField } from './field/play-field.ts'
import { endMsOf, type PlayOptions, playScenario } from './play.ts'
import { type ReadyScenario, readScenario } from './read-scenario.ts'
import { traceDifference, traceLine } from './trace.ts'

export interface Result {
  readonly file: string
  readonly name: string
  readonly ok: boolean
  /** Real time, milliseconds. */
  readonly tookMs: number
  readonly judged: readonly Judged[]
  /** One line each; empty when it holds. */
  readonly problems: readonly string[]
  readonly seen: readonly Observed[]
  /** Where the scenario ends, milliseconds from its start. */
  readonly endMs: number
  /** Of a golden trace that was written anew: how it differs from the one before. */
  readonly updated: readonly string[]
  /** Of a simulation, which has no golden trace. */
  readonly simulation?: Report
}

export interface RunOptions extends PlayOptions {
  /** Writes golden traces in place of comparing them. */
  readonly update: boolean
  /** In place of the file's. */
  readonly seed?: number | undefined
}

/** `a/b.json` has `a/b.trace`. */
export const traceFileOf = (file: string): string => file.replace(/\.json$/, '.trace')

/** Never rejects for what a scenario holds or does. */
export async function runScenario(file: string, options: RunOptions): Promise<Result> {
  const from = performance.now()
  const read = readScenario(file)
  if (!read.ok) {
    return notPlayed(file, file, read.problems)
  }
  if ('simulation' in read) {
    // The whole service is loaded only for these.
    const { runSimulation } = await import('./run-simulation.ts')
    const run = await runSimulation(read.simulation, options)
    const none = { judged: [], seen: [], updated: [] }
    return {
      ...{ file, name: read.simulation.name, ...none, ...run, ok: run.problems.length === 0 },
      ...{ tookMs: performance.now() - from, endMs: run.simulation?.outcome.endMs ?? 0 },
    }
  }
  const { ready } = read
  const seed = options.seed ?? ready.scenario.seed
  const seeded = { ...ready, scenario: { ...ready.scenario, seed } }
  const played = await playOf(file, seeded, options).catch(
    (error: Error & { code?: string }) => error,
  )
  if (played instanceof Error) {
    const why = [played.code, played.message].filter(Boolean).join(': ')
    return notPlayed(file, ready.scenario.name, [`can’t be played: ${why}`])
  }
  const seen = played
  const judged = judge(ready.scenario, seen)
  const broken = judged.flatMap(({ place, expectation, problems }) => {
    const where = `line ${ready.lineOf(place)}: ${pathText(place)}`
    const why = expectation.why === undefined ? '' : ` (${expectation.why})`
    return problems.map(one => `${where}: ${one}${why}`)
  })
  const golden = compareGolden(ready, seen, options.update)
  return {
    ...{ file, name: ready.scenario.name, seen, judged },
    problems: [...broken, ...golden.problems],
    ok: broken.length === 0 && golden.problems.length === 0,
    tookMs: performance.now() - from,
    endMs: endMsOf(ready),
    updated: golden.updated,
  }
}

function notPlayed(file: string, name: string, problems: readonly string[]): Result {
  const none = { judged: [], seen: [], updated: [], endMs: 0, tookMs: 0 }
  return { file, name, ok: false, problems, ...none }
}

/** By its steps, or by what a gate recorded. Rejects where that can't be played. */
async function playOf(
  file: string,
  ready: ReadyScenario,
  options: RunOptions,
): Promise<readonly Observed[]> {
  const { recorded } = ready.scenario
  if (recorded === undefined) return playScenario(ready, options)
  const field = await playField(join(dirname(file), recorded), options)
  if (!field.ok) throw new Error(field.problems.join('; '))
  return field.played.seen
}

/** A scenario without a golden trace has only its expectations. */
function compareGolden({ file }: ReadyScenario, seen: readonly Observed[], update: boolean) {
  const lines = seen.map(traceLine)
  const trace = traceFileOf(file)
  const before = existsSync(trace) ? readFileSync(trace, 'utf8').trimEnd().split('\n') : undefined
  const differs = before === undefined ? [] : traceDifference(before, lines)
  if (update) {
    if (before !== undefined && differs.length === 0) return { problems: [], updated: [] }
    writeFileSync(trace, `${lines.join('\n')}\n`)
    return { problems: [], updated: before === undefined ? [`${trace} is new`] : differs }
  }
  return { problems: differs.length === 0 ? [] : [`${trace} differs:`, ...differs], updated: [] }
}
