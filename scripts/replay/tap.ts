/** Results of scenarios as TAP 14 (https://testanything.org/tap-version-14-specification.html). Pure. */
import type { Result } from './run.ts'

/** One test point, with its problems below it in YAML. */
export function tapOf(
  number: number,
  { ok, file, name, problems, tookMs, updated }: Result,
): string {
  const what = `${name === file ? '' : `${name} - `}${file}`.replaceAll('#', '\\#')
  const point = `${ok ? 'ok' : 'not ok'} ${number} - ${what} # time=${tookMs.toFixed(0)}ms\n`
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
