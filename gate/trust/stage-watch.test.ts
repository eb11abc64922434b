import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import type { TrustEvent } from './events.ts'
import type { Freshness } from './freshness.ts'
import { createStageWatch } from './stage-watch.ts'

t.test('a stage is reported when it changes, with the age in whole milliseconds', async t => {
  const { timers, advance } = createVirtualTime()
  const events: TrustEvent[] = []
  let now: Freshness = { stage: 'CLOSED', manifestAgeMs: Infinity, nextInMs: Infinity }
  const watch = createStageWatch(
    () => now,
    timers,
    event => events.push(event),
  )
  watch.check()
  watch.check()
  t.match(events, [{ stage: 'CLOSED', manifestAgeMs: null }])
  t.equal(events.length, 1)
  now = { stage: 'FRESH', manifestAgeMs: 8121.339_355_468_75, nextInMs: 1000 }
  watch.check()
  t.match(events[1], { from: 'CLOSED', stage: 'FRESH', manifestAgeMs: 8121 })
  now = { stage: 'STALE', manifestAgeMs: 120_000, nextInMs: Infinity }
  advance(999)
  t.equal(events.length, 2)
  advance(1)
  t.match(events[2], { from: 'FRESH', stage: 'STALE', manifestAgeMs: 120_000 }, 'by itself')
  watch.stop()
})
