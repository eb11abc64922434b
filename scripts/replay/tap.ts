/** Results of scenarios as TAP 14 (https://testanything.org/tap-version-14-specification.html). Pure. */
import type { Result } from './run.ts'

/** What a test point tells. */
export type Reported = Pick<Result, 'ok' | 'file' | 'name' | 'problems' | 'tookMs' | 'updated'>

/** One test point of a scenario, with its problems below it in YAML. */
export function tapOf(number: number, result: Reported): string {
  const { file, name, tookMs } = result
  const what = `${name === file ? '' : `${name} - `}${file}`
  return pointOf(number, what, ` # time=${tookMs.toFixed(0)}ms`, result)
}

/** One test point by its name alone. */
export const namedTapOf = (number: number, result: Reported): string =>
  pointOf(number, result.name, '', result)

function pointOf(
  number: number,
  what: string,
  directive: string,
  { ok, problems, updated }: Reported,
): string {
  const point = `${ok ? 'ok' : 'not ok'} ${number} - ${what.replaceAll('#', '\\#')}${directive}\n`
  const changed = updated.map(line => `# ${line}\n`).join('')
  if (ok) return point + changed
  const lines = problems.map(one => `    ${one}\n`).join('')
  return `${point}  ---\n  problems: |\n${lines}  ...\n${changed}`
}

export function tapEnd(results: readonly Result[], isStopped: boolean): string {
  const passed = results.filter(({ ok }) => ok).length
  const tookMs = results.reduce((sum, one) => sum + one.tookMs, 0)
  const bail = isStopped ? 'Bail out! Interrupted\n' : ''
  return (
    `${bail}1..${results.length}\n# ${passed} of ${results.length} scenarios hold, ` +
    `${(tookMs / 1000).toFixed(1)} s\n`
  )
}
