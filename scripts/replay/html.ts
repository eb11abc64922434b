/** Results of scenarios as one HTML file: who was refused, why, and what failed. Pure. */
import { escaped } from '../report/markup.ts'
import { pageOf, stateOf } from '../report/page.ts'
import { simulationBody } from '../simulate/html.ts'
import { chartOf } from './chart.ts'
import type { Result } from './run.ts'
import { isGood } from './timeline.ts'

/** What fails comes first, and stands open. */
export function htmlOf(results: readonly Result[]): string {
  const failed = results.filter(({ ok }) => !ok)
  const sum =
    failed.length === 0
      ? `All ${results.length} scenarios hold`
      : `${failed.length} of ${results.length} scenarios ${failed.length === 1 ? 'does' : 'do'} not hold`
  const sorted = [...failed, ...results.filter(({ ok }) => ok)]
  return pageOf(
    sum,
    `<header>${stateOf(failed.length === 0 ? 'pass' : 'refuse', failed.length === 0 ? 'holds' : 'fails')}
<h1>${sum}</h1></header>
<p class="quiet"><b class="good">✓ green</b> admitted or over · <b class="bad">✗ red</b> refused, annulled or an alarm ·
<b class="step">▼ blue</b> what the scenario did. Rests of the time axis are cut short where it says <b>…</b>.</p>
${sorted.map(sectionOf).join('\n')}`,
  )
}

function sectionOf(result: Result): string {
  const { ok, name, file, problems, seen, tookMs } = result
  const told = ok || result.simulation !== undefined
  const problem = told ? '' : `<pre class="problems">${problems.map(escaped).join('\n')}</pre>`
  const verdicts = seen.flatMap(one => {
    if (one.what !== 'row' || !['scan', 'grant', 'alarm'].includes(one.kind)) return []
    const code = String(one.body.code ?? '')
    if (one.kind === 'alarm' && one.body.on === false) return []
    return [`<b class="${isGood(one.kind, one.body) ? 'good' : 'bad'}">${escaped(code)}</b>`]
  })
  return `<details${ok ? '' : ' open'}>
<summary>${ok ? stateOf('pass', 'holds') : stateOf('refuse', 'fails')}${escaped(name)}
<span class="codes">${verdicts.join(' ')}</span></summary>
<p class="quiet">${escaped(file)} · played in ${tookMs.toFixed(0)} ms</p>
${problem}
${shownOf(result)}
</details>`
}

function shownOf(result: Result): string {
  if (result.simulation !== undefined) {
    return simulationBody(result.simulation, `npm run replay -- ${result.file}`)
  }
  return result.seen.length === 0 ? '' : chartOf(result)
}
