/** Results of scenarios as one HTML file: who was refused, why, and what failed. Pure. */
import type { Observed } from '../../fixtures/stage/observed.ts'
import { ADMITTING } from '../../gate/contract/codes.ts'
import { meaningOf } from '../report/code-words.ts'
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
${refusalsOf(seen)}
${problem}
${shownOf(result)}
</details>`
}

/** Each code that somebody was refused with, the first time, with what it means. */
function refusalsOf(seen: readonly Observed[]): string {
  const told = new Map<string, string>()
  for (const one of seen) {
    const code = one.what === 'row' && one.kind === 'scan' ? String(one.body.code) : ''
    if (code === '' || told.has(code) || ADMITTING.some(admits => admits === code)) continue
    const where = one.lane === '' ? '' : ` on lane ${one.lane}`
    const when = `refused after ${(one.atMs / 1000).toFixed(1)} s${where}`
    told.set(
      code,
      `<p><b class="bad">✗ ${escaped(code)}</b> ${when}: ${escaped(meaningOf(code))}</p>`,
    )
  }
  return [...told.values()].join('\n')
}

function shownOf(result: Result): string {
  if (result.simulation !== undefined) {
    return simulationBody(result.simulation, `npm run replay -- ${result.file}`)
  }
  return result.seen.length === 0 ? '' : chartOf(result)
}
