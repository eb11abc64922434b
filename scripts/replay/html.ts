/** Results of scenarios as one HTML file: who was refused, why, and what failed. No script, no network. Pure. */
import type { Result } from './run.ts'
import {
  type Axis,
  createAxis,
  isEvent,
  isGood,
  type LaneTimeline,
  type Track,
  timelinesOf,
} from './timeline.ts'

const MARKS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}
const escaped = (text: string): string => text.replace(/[&<>"]/g, mark => MARKS[mark] ?? mark)

const NAME_WIDTH = 150
const ROW = 18
const LABEL_CHAR = 6.7
const RIGHT_ROOM = 240

export function htmlOf(results: readonly Result[]): string {
  const failed = results.filter(({ ok }) => !ok)
  const sum =
    failed.length === 0
      ? `All ${results.length} scenarios hold`
      : `${failed.length} of ${results.length} scenarios ${failed.length === 1 ? 'does' : 'do'} not hold`
  const sorted = [...failed, ...results.filter(({ ok }) => ok)]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${sum}</title>
<style>${STYLE}</style>
<h1 class="${failed.length === 0 ? 'ok' : 'bad'}">${sum}</h1>
<p class="legend"><b class="good">green</b> admitted or over · <b class="bad">red</b> refused, annulled or an alarm ·
<b class="step">▼ blue</b> what the scenario did. Rests of the time axis are cut short where it says <b>…</b>.</p>
${sorted.map(sectionOf).join('\n')}
</html>
`
}

function sectionOf(result: Result): string {
  const { ok, name, file, problems, seen, tookMs } = result
  const problem = ok ? '' : `<pre class="problems">${problems.map(escaped).join('\n')}</pre>`
  const verdicts = seen.flatMap(one => {
    if (one.what !== 'row' || !['scan', 'grant', 'alarm'].includes(one.kind)) return []
    const code = String(one.body.code ?? '')
    if (one.kind === 'alarm' && one.body.on === false) return []
    return [`<b class="${isGood(one.kind, one.body) ? 'good' : 'bad'}">${escaped(code)}</b>`]
  })
  return `<details${ok ? '' : ' open'}>
<summary><span class="${ok ? 'ok' : 'bad'}">${ok ? '✓ holds' : '✗ fails'}</span> ${escaped(name)}
<small>${verdicts.join(' ')}</small></summary>
<p class="file">${escaped(file)} · played in ${tookMs.toFixed(0)} ms</p>
${problem}
${seen.length === 0 ? '' : chartOf(result)}
</details>`
}

function chartOf({ seen, endMs }: Result): string {
  const axis = createAxis(
    seen.filter(isEvent).map(one => one.atMs),
    endMs,
  )
  const timelines = timelinesOf(seen, endMs)
  let y = ROW
  const parts = timelines.flatMap(timeline => {
    const drawn = laneOf(timeline, axis, y)
    y = drawn.y
    return drawn.parts
  })
  const width = NAME_WIDTH + axis.width + RIGHT_ROOM
  const rests = axis.breaks.map(
    ({ x, ms }) =>
      `<text class="rest" x="${at(x)}" y="${ROW - 6}">… ${seconds(ms)}</text>` +
      `<line class="rest" x1="${at(x)}" x2="${at(x)}" y1="${ROW}" y2="${y}"/>`,
  )
  const ticks = axis.ticks.map(
    ms =>
      `<line class="tick" x1="${at(axis.x(ms))}" x2="${at(axis.x(ms))}" y1="${ROW}" y2="${y}"/>` +
      `<text class="time" x="${at(axis.x(ms))}" y="${y + 14}">${seconds(ms)}</text>`,
  )
  return `<div class="chart"><svg width="${width.toFixed(0)}" height="${y + 24}" role="img" aria-label="timeline">
${[...ticks, ...rests, ...parts].join('\n')}
</svg></div>`
}

const at = (x: number): string => (NAME_WIDTH + x).toFixed(1)
const seconds = (ms: number): string =>
  ms >= 600_000
    ? `${(ms / 60_000).toFixed(0)} min`
    : `${(ms / 1000).toFixed(ms % 1000 === 0 ? 0 : 2)} s`

function laneOf({ lane, tracks }: LaneTimeline, axis: Axis, top: number) {
  let y = top + ROW
  const title = lane === '' ? 'the gate' : `lane ${lane}`
  const parts = [`<text class="lane" x="4" y="${y}">${escaped(title)}</text>`]
  for (const track of tracks) {
    const drawn = trackOf(track, axis, y + 6)
    parts.push(...drawn.parts)
    y = drawn.y
  }
  return { parts, y: y + 8 }
}

/** Labels that would meet go into rows below each other. */
function trackOf({ name, spans, marks }: Track, axis: Axis, top: number) {
  const parts = [`<text class="name" x="12" y="${top + 13}">${escaped(name)}</text>`]
  for (const { fromMs, toMs, label, kind } of spans) {
    const [from, to] = [axis.x(fromMs), axis.x(toMs)]
    const width = Math.max(2, to - from).toFixed(1)
    const said = `${label || name}: ${seconds(fromMs)} to ${seconds(toMs)}`
    parts.push(
      `<rect class="${kind}" x="${at(from)}" y="${top + 2}" width="${width}" height="${ROW - 4}" rx="2"><title>${escaped(said)}</title></rect>`,
    )
    if (label !== '') {
      parts.push(`<text class="label" x="${at(from + 4)}" y="${top + 13}">${escaped(label)}</text>`)
    }
  }
  const ends: number[] = []
  for (const { atMs, label, kind } of marks) {
    const x = axis.x(atMs)
    const free = ends.findIndex(end => end <= x)
    const row = free === -1 ? ends.length : free
    ends[row] = x + 16 + label.length * LABEL_CHAR
    const y = top + row * ROW + 13
    const sign = kind === 'step' ? '▼' : kind === 'bad' ? '✗' : kind === 'good' ? '✓' : '·'
    parts.push(
      `<text class="${kind}" x="${at(x - 4)}" y="${y}">${sign} ${escaped(label)}<title>${seconds(atMs)}</title></text>`,
    )
  }
  return { parts, y: top + Math.max(1, ends.length) * ROW }
}

const STYLE = `
:root { color-scheme: light dark; --good: #11693a; --bad: #b3261e; --step: #1a4f9c; --rest: #888; }
@media (prefers-color-scheme: dark) { :root { --good: #6fcf97; --bad: #ff8a80; --step: #8ab4f8; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem; }
h1 { font-size: 1.4rem; } .ok, .good { color: var(--good); fill: var(--good); }
.bad { color: var(--bad); fill: var(--bad); } .step { color: var(--step); fill: var(--step); }
details { border-top: 1px solid #8885; padding: .5rem 0; } summary { cursor: pointer; }
summary small { margin-left: .6rem; font-family: ui-monospace, monospace; }
.file { color: var(--rest); margin: .2rem 0; font-size: .85rem; }
.problems { border-left: 4px solid var(--bad); padding: .5rem .8rem; overflow-x: auto; }
.chart { overflow-x: auto; } svg text { font: 11px ui-monospace, monospace; fill: currentColor; }
svg .lane { font-weight: bold; font-size: 13px; } svg .name { fill: var(--rest); }
svg text.good { fill: var(--good); } svg text.bad { fill: var(--bad); } svg text.step { fill: var(--step); }
svg text.time, svg text.rest { fill: var(--rest); text-anchor: middle; }
svg line.tick { stroke: #8883; } svg line.rest { stroke: #8886; stroke-dasharray: 3 3; }
svg rect { fill: #8898; } rect.relay { fill: #3c9d64; } rect.lamp { fill: #c9a227; } rect.buzzer { fill: #8e5bb5; }
rect.pass, rect.open, rect.free { fill: #7ed0a0; } rect.refuse, rect.fraud, rect.intrusion, rect.closed { fill: #f2a29b; }
rect.retry, rect.service { fill: #f4d58d; } svg text.label { fill: #111; pointer-events: none; }
`
