/** The page of results, and the time axis under its charts. */
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { htmlOf } from './html.ts'
import { type Result, runScenario } from './run.ts'
import { createAxis, timelinesOf } from './timeline.ts'

const scenario = (name: string): Promise<Result> =>
  runScenario(join(ROOT, 'fixtures/scenarios', `${name}.json`), { update: false })

t.test('what fails comes first, open, with its reasons; the rest is shut', async t => {
  const good = await scenario('verdicts/screenshot')
  const bad = { ...good, ok: false, name: '<b>two</b>', problems: ['a < b & c'] }
  const page = htmlOf([good, bad])
  t.match(page, /<h1>1 of 2 scenarios does not hold<\/h1>/)
  t.match(
    page,
    /<details open>\n<summary><span class="state refuse">fails<\/span>&lt;b&gt;two&lt;\/b&gt;/,
  )
  t.match(page, /<pre class="problems">a &lt; b &amp; c<\/pre>/)
  t.ok(page.lastIndexOf('>fails<') < page.lastIndexOf('>holds<'))
  t.match(htmlOf([good]), /<h1>All 1 scenarios hold<\/h1>/)
  t.notMatch(page, /<script|https?:\/\/|url\(/, 'it works from a file, without a network')
})

t.test('the summary of a scenario says who was admitted and refused', async t => {
  const page = htmlOf([await scenario('verdicts/screenshot'), await scenario('modes/free')])
  t.match(page, /<b class="bad">STALE_CODE<\/b> <b class="good">ADMIT<\/b>/)
  t.match(page, /✗ STALE_CODE<\/b> refused after 0\.0 s on lane A: Code too old\./)
  t.match(
    page,
    /records who scans[\s\S]{0,20}<span class="codes"><b class="good">ADMIT<\/b><\/span>/,
    'a free way',
  )
})

t.test('tracks: what was done, rows, signs, and what was on from when to when', async t => {
  const { seen, endMs } = await scenario('verdicts/admitted')
  const [lane, none] = timelinesOf(seen, endMs)
  t.equal(none, undefined)
  const track = (name: string) => lane?.tracks.find(one => one.name === name)
  t.match(track('relay entry')?.spans, [{ fromMs: 0, toMs: 1790 }])
  t.match(track('sign')?.spans, [{ fromMs: 0, toMs: 2300, label: 'pass ADMIT', kind: 'pass' }])
  t.match(track('journal')?.marks, [
    { atMs: 0, label: 'grant ADMIT', kind: 'good' },
    { atMs: 2300, label: 'passage', kind: 'good' },
  ])
  t.match(track('done')?.marks, [{ label: 'scan lin', kind: 'step' }, { atMs: 1000 }])
})

t.test('what is still on at the end is drawn up to there', async t => {
  const on = { atMs: 5, lane: 'A', what: 'relay', name: 'entry', on: true } as const
  t.match(timelinesOf([on], 90)[0]?.tracks[0]?.spans, [{ fromMs: 5, toMs: 90 }])
})

t.test('the axis: later is further right, a long rest is short, a day fits', async t => {
  const axis = createAxis([0, 500, 1000, 86_400_000], 86_401_000)
  const places = [0, 250, 500, 1000, 43_200_000, 86_400_000, 86_401_000].map(axis.x)
  t.same(
    places,
    [...places].sort((a, b) => a - b),
  )
  t.equal(new Set(places).size, places.length)
  t.equal(createAxis([70_000], 71_000, 70_000).x(70_000), 0, 'it may begin later')
  t.match(axis.breaks, [{ ms: 86_399_000 }])
  t.ok(axis.width < 500, `${axis.width} pixels`)
})
