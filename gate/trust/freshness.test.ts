import t from 'tap'
import type { FreshnessStage } from '../contract/freshness.ts'
import { freshnessOf, inForce } from './freshness.ts'

const bounds = { staleAfterMs: 120_000, degradedAfterMs: 900_000, overdueMs: 0, staffMs: 0 }
const iat = 1_800_000_000
const day = 86_400
const times = { trustExp: iat + 40 * day, manifest: { iat, exp: iat + day } }

t.test('each bound belongs to the worse stage', async t => {
  const cases: [number, FreshnessStage][] = [
    [0, 'FRESH'],
    [119_999, 'FRESH'],
    [120_000, 'STALE'],
    [899_999, 'STALE'],
    [900_000, 'DEGRADED'],
    [day * 1000 - 1, 'DEGRADED'],
    [day * 1000, 'CLOSED'],
    [day * 5000, 'CLOSED'],
  ]
  for (const [ageMs, stage] of cases) {
    const freshness = freshnessOf(times, bounds, iat * 1000 + ageMs)
    t.equal(freshness.stage, stage, `${ageMs} ms`)
    t.equal(freshness.manifestAgeMs, ageMs)
  }
})

t.test('following nextInMs visits every stage once, at its bound', async t => {
  let now = iat * 1000
  const walk: [FreshnessStage, number][] = []
  for (;;) {
    const { stage, nextInMs } = freshnessOf(times, bounds, now)
    walk.push([stage, now - iat * 1000])
    if (nextInMs === Infinity) break
    t.equal(freshnessOf(times, bounds, now + nextInMs - 1).stage, stage, 'not a ms earlier')
    now += nextInMs
  }
  t.same(walk, [
    ['FRESH', 0],
    ['STALE', 120_000],
    ['DEGRADED', 900_000],
    ['CLOSED', day * 1000],
  ])
})

t.test('past the documents’ end it goes down by the station’s steps', async t => {
  const over = (overMs: number) => freshnessOf(times, steps, (iat + day) * 1000 + overMs)
  const steps = { ...bounds, overdueMs: 3000, staffMs: 2000 }
  t.match(over(-1), { stage: 'DEGRADED', nextInMs: 1 })
  t.match(over(0), { stage: 'OVERDUE', nextInMs: 3000 })
  t.match(over(2999), { stage: 'OVERDUE', nextInMs: 1 })
  t.match(over(3000), { stage: 'STAFF', nextInMs: 2000 })
  t.match(over(4999), { stage: 'STAFF', nextInMs: 1 })
  t.match(over(5000), { stage: 'CLOSED', nextInMs: Infinity })
  const none = freshnessOf({ trustExp: iat + day }, steps, iat * 1000)
  t.equal(none.stage, 'CLOSED', 'a gate that never had a manifest has nothing to go on with')
  t.same(
    ['FRESH', 'STALE', 'DEGRADED'].map(one => inForce(one as FreshnessStage)),
    [true, true, true],
  )
  t.same(
    ['OVERDUE', 'STAFF', 'CLOSED'].map(one => inForce(one as FreshnessStage)),
    [false, false, false],
  )
})

t.test('expired trust closes, however fresh the manifest', async t => {
  const soon = { ...times, trustExp: iat + 60 }
  t.equal(freshnessOf(soon, bounds, iat * 1000 + 59_999).stage, 'FRESH')
  t.equal(freshnessOf(soon, bounds, iat * 1000 + 59_999).nextInMs, 1)
  t.equal(freshnessOf(soon, bounds, iat * 1000 + 60_000).stage, 'CLOSED')
})

t.test('no manifest is CLOSED; one from slightly ahead is new, not negative', async t => {
  t.same(freshnessOf({ trustExp: iat + day }, bounds, iat * 1000), {
    stage: 'CLOSED',
    manifestAgeMs: Infinity,
    nextInMs: Infinity,
  })
  t.equal(freshnessOf(times, bounds, iat * 1000 - 90_000).manifestAgeMs, 0)
})

t.test('bounds may be configured the wrong way round without a gap', async t => {
  const odd = { ...bounds, staleAfterMs: 900_000, degradedAfterMs: 120_000 }
  t.equal(freshnessOf(times, odd, iat * 1000 + 119_999).stage, 'FRESH')
  t.equal(freshnessOf(times, odd, iat * 1000 + 120_000).stage, 'DEGRADED')
})
