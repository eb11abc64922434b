/** The names of the steps that cases went through, for their tests. */
import type { CaseName } from './cases.ts'
import { runCases } from './run.ts'
import { createTrace } from './trace.ts'

/** Tests share a machine that may stand still for a while. */
const DEADMAN_MS = 1000

/** Runs cases at one station of the real programs. Rejects with DemoError where one went wrong. */
export async function stepsOf<Name extends CaseName>(
  names: readonly Name[],
  dir: string,
): Promise<Record<Name, string[]>> {
  const steps = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<
    Name,
    string[]
  >
  const shown = names.map(name => ({
    name,
    trace: createTrace(true, text => steps[name].push(JSON.parse(text).step as string)),
  }))
  await runCases(shown, dir, DEADMAN_MS)
  return steps
}
