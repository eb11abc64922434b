/** A simulation as a scenario: it holds where no invariant is broken. */
import { createGround } from '../../fixtures/one-process.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { planOf, type SimulationScenario } from '../simulate/plan-file.ts'
import { brokenText } from '../simulate/print.ts'
import { createReporter, type Report } from '../simulate/report.ts'
import { simulate } from '../simulate/run.ts'
import type { PlayOptions } from './play.ts'

export interface SimulationRun {
  /** One line each; empty when it holds. */
  readonly problems: readonly string[]
  /** Absent where it was not played. */
  readonly simulation?: Report
}

/** `seed`: in place of the file's. */
export async function runSimulation(
  scenario: SimulationScenario,
  { seed, pace, onSeen }: PlayOptions & { readonly seed?: number | undefined },
): Promise<SimulationRun> {
  if (pace !== undefined) {
    return { problems: ['a simulation is not played in its own time: leave out --realtime'] }
  }
  const own = planOf(scenario)
  const plan = { ...own, seed: seed ?? own.seed }
  const reporter = createReporter(plan)
  const outcome = await simulate(await createGround(tempDir(), plan.phones, plan.gates), plan, {
    onSeen(one) {
      reporter.see(one)
      onSeen?.(one)
    },
  })
  return { problems: outcome.broken.map(brokenText), simulation: reporter.report(outcome) }
}
