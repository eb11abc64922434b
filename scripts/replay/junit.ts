/** Results of scenarios as JUnit XML, as CI servers read it. Pure. */
import { escaped } from '../report/markup.ts'
import type { Reported } from './tap.ts'

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

export function junitOf(results: readonly Reported[]): string {
  const failed = results.filter(({ ok }) => !ok).length
  const tookMs = results.reduce((sum, one) => sum + one.tookMs, 0)
  const cases = results.map(({ ok, file, name, problems, tookMs: ms }) => {
    const head = `    <testcase classname="${escaped(file)}" name="${escaped(name)}" time="${seconds(ms)}"`
    if (ok) return `${head}/>\n`
    const first = escaped(problems[0] ?? '')
    return `${head}>\n      <failure message="${first}">${escaped(problems.join('\n'))}</failure>\n    </testcase>\n`
  })
  const counts = `tests="${results.length}" failures="${failed}" time="${seconds(tookMs)}"`
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n` +
    `  <testsuite name="scenarios" ${counts}>\n${cases.join('')}  </testsuite>\n</testsuites>\n`
  )
}
