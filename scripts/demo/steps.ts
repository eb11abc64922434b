/** The names of the steps that a case went through, for its tests. */
import { isCaseName } from './cases.ts'
import { runCase } from './run.ts'
import { createTrace } from './trace.ts'

/** Tests share a machine that may stand still for a while. */
const DEADMAN_MS = 1000

/** Runs a case on the real programs. Rejects with DemoError where it went wrong. */
export async function stepsOf(name: string, dir: string): Promise<string[]> {
  if (!isCaseName(name)) throw new Error(name)
  const lines: string[] = []
  await runCase(
    name,
    dir,
    createTrace(true, text => lines.push(text)),
    DEADMAN_MS,
  )
  return lines.map(line => (JSON.parse(line) as { step: string }).step)
}
