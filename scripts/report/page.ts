/**
 * A page of one file: no script, no network, nothing beside it; light and dark as the reader's system
 * asks. Colours and sizes are those of the station's pages. Pure.
 */
import { escaped } from './markup.ts'

/** `body`: markup. `title`: plain text. */
export function pageOf(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<main>
${body}
</main>
</html>
`
}

/** How something ended, by shape, word and colour. */
export type State = 'pass' | 'refuse' | 'retry'

export const stateOf = (state: State, word: string): string =>
  `<span class="state ${state}">${escaped(word)}</span>`

/** Figures side by side, each with what it counts. */
export function tilesOf(tiles: readonly (readonly [string, string])[]): string {
  const all = tiles.map(
    ([figure, name]) => `<div><b>${escaped(figure)}</b><span>${escaped(name)}</span></div>`,
  )
  return `<div class="tiles">${all.join('')}</div>`
}

/** `rows`: markup of their cells. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map(one => `<th>${escaped(one)}`).join('')
  const body = rows.map(cells => `<tr>${cells.map(cell => `<td>${cell}`).join('')}`).join('\n')
  return `<div class="wide"><table><thead><tr>${head}<tbody>\n${body}\n</table></div>`
}

const STYLE = `
:root { color-scheme: light dark;
  --paper: #f4f5f1; --card: #fff; --ink: #16211f; --soft: #52605c; --line: #d5dbd6; --wash: #eaeee9;
  --pass: #0a6b41; --pass-wash: #dff3e7; --refuse: #a3201a; --refuse-wash: #fbe4e1;
  --retry: #7d4a00; --retry-wash: #fbeed7; --step: #0a53a8; --step-wash: #e1ecf9;
  --font: system-ui, "Noto Sans", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  --mono: ui-monospace, "Cascadia Mono", "Noto Sans Mono", monospace; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #0f1614; --card: #18211e; --ink: #e8efec; --soft: #a9b7b2; --line: #2e3a36; --wash: #202b28;
  --pass: #78d6a3; --pass-wash: #12301f; --refuse: #ffa69c; --refuse-wash: #3a1714;
  --retry: #f2c077; --retry-wash: #352509; --step: #8fc1ff; --step-wash: #142a44; } }
* { box-sizing: border-box; margin: 0; }
body { background: var(--paper); color: var(--ink); font: 400 1rem/1.5 var(--font); font-variant-numeric: tabular-nums; }
main { max-width: 1240px; margin: 0 auto; padding: 32px 24px 48px; display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
h1 { font-size: 1.75rem; line-height: 1.25; margin-top: 8px; text-wrap: balance; } h2 { font-size: 1.0625rem; margin-bottom: 8px; }
.quiet { color: var(--soft); font-size: .9375rem; }
.card, details { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 16px 20px; }
.card.refuse { border-color: var(--refuse); border-width: 2px; }
.state { display: inline-flex; align-items: center; gap: 6px; padding: 1px 10px 1px 8px; border-radius: 99px; font-size: .8125rem; font-weight: 600; white-space: nowrap; }
.state::before { content: ""; width: 10px; height: 10px; background: currentColor; clip-path: circle(50%); }
.state.pass { background: var(--pass-wash); color: var(--pass); } .state.refuse { background: var(--refuse-wash); color: var(--refuse); }
.state.refuse::before { clip-path: polygon(20% 0,50% 30%,80% 0,100% 20%,70% 50%,100% 80%,80% 100%,50% 70%,20% 100%,0 80%,30% 50%,0 20%); }
.state.retry { background: var(--retry-wash); color: var(--retry); } .state.retry::before { clip-path: polygon(50% 0,100% 100%,0 100%); }
.tiles { display: flex; flex-wrap: wrap; gap: 8px 40px; } .tiles b { display: block; font-size: 1.75rem; line-height: 1.2; } .tiles span { color: var(--soft); font-size: .9375rem; }
code, pre, .mono { font-family: var(--mono); font-size: .875rem; } pre { background: var(--wash); border-radius: 8px; padding: 10px 14px; overflow-x: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th { text-align: left; color: var(--soft); font-weight: 500; font-size: .8125rem; padding: 4px 16px 4px 0; }
td { padding: 5px 16px 5px 0; border-top: 1px solid var(--line); vertical-align: baseline; } td:last-child, th:last-child { padding-right: 0; }
td.now, tr.now td { background: var(--refuse-wash); }
.bar { display: inline-block; height: 10px; border-radius: 3px; background: var(--refuse); min-width: 2px; }
details { padding: 0; } details.list { border: 0; background: none; } details.list summary { padding: 0; color: var(--step); font-size: .8125rem; } details.list > *:not(summary) { margin: 8px 0; } details.list:not([open]) { display: inline; } summary { cursor: pointer; padding: 12px 20px; } details > *:not(summary) { margin: 0 20px 14px; } summary .state { margin-right: 8px; }
.codes { margin-left: 8px; font-family: var(--mono); font-size: .8125rem; } .good { color: var(--pass); fill: var(--pass); } .bad { color: var(--refuse); fill: var(--refuse); } .step { color: var(--step); fill: var(--step); }
.problems { background: var(--refuse-wash); white-space: pre-wrap; }
.chart { overflow-x: auto; } svg { display: block; max-width: none; } svg text { font: 11px var(--mono); fill: var(--ink); }
svg .lane { font: 600 13px var(--font); } svg .name, svg .time, svg .rest { fill: var(--soft); } svg .time, svg .rest { text-anchor: middle; }
svg text.good { fill: var(--pass); } svg text.bad { fill: var(--refuse); } svg text.step { fill: var(--step); }
svg line.tick { stroke: var(--line); } svg line.rest { stroke: var(--soft); stroke-dasharray: 2 4; opacity: .6; }
svg rect { fill: var(--line); } rect.relay { fill: var(--pass); opacity: .75; } rect.lamp { fill: var(--retry); opacity: .6; } rect.buzzer { fill: var(--step); opacity: .6; }
rect.pass, rect.open, rect.free { fill: var(--pass-wash); stroke: var(--pass); } rect.refuse, rect.fraud, rect.intrusion, rect.closed { fill: var(--refuse-wash); stroke: var(--refuse); }
rect.retry, rect.service { fill: var(--retry-wash); stroke: var(--retry); } svg text.label { pointer-events: none; }
svg .band { fill: var(--retry); opacity: .22; } svg .fault { fill: var(--retry); opacity: .8; } svg .in { fill: var(--pass); } svg .no { fill: var(--refuse); } svg .broke { stroke: var(--refuse); stroke-width: 2; }
svg .alarm { fill: var(--refuse); } .key { display: inline-block; width: 12px; height: 12px; border-radius: 3px; vertical-align: -1px; margin: 0 4px 0 12px; } .key:first-child { margin-left: 0; }
`
