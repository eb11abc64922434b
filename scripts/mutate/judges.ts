/** What may kill a mutant: each case of the neighbouring tests, and each scenario. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { takeCases } from './tap-cases.ts'

export interface Judge {
  /** `FILE: CASE`, or the file of a scenario; from the project's root. */
  readonly name: string
  /** From the project's root. */
  readonly file: string
  /** Gives what does not hold, or rejects; undefined where all holds. */
  run(): Promise<string | undefined>
}

/** Random cases come the same way each time, and a failure is not made smaller. */
const SEED = 1

/** Paths from the root. Modules are loaded here, with their mutants in them. */
export async function loadJudges(
  root: string,
  tests: readonly string[],
  scenarios: readonly string[],
): Promise<Judge[]> {
  fc.configureGlobal({ seed: SEED, endOnFailure: true })
  const judges: Judge[] = []
  for (const file of tests) {
    await import(pathToFileURL(join(root, file)).href)
    for (const { name, run } of takeCases()) {
      judges.push({ name: `${file}: ${name}`, file, run: () => run().then(() => undefined) })
    }
  }
  return scenarios.length === 0 ? judges : [...judges, ...(await scenarioJudges(root, scenarios))]
}

/** The player is loaded where there is something to play: it takes longer than many a room's tests. */
async function scenarioJudges(root: string, files: readonly string[]): Promise<Judge[]> {
  const { runScenario } = await import('../replay/run.ts')
  return files.map(file => ({
    ...{ file, name: file },
    async run() {
      const { ok, problems } = await runScenario(join(root, file), { update: false })
      return ok ? undefined : (problems[0] ?? 'does not hold')
    },
  }))
}
