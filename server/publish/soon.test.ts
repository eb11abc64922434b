import t from 'tap'
import { PUBLISH_GAP_MS } from '../limits.ts'
import { createServiceTime } from '../testing/virtual-time.ts'
import { createSoon } from './soon.ts'

t.test('calls that come close share a run, and runs keep their distance', async t => {
  const { time, timers } = createServiceTime(0)
  const at: number[] = []
  const soon = createSoon(timers, async () => {
    at.push(timers.monotonic())
    soon.published()
  })
  void soon.run()
  t.equal(soon.run(), soon.run())
  await time.advanceAsync(10)
  t.same(at, [0])
  void soon.run()
  await time.advanceAsync(10)
  void soon.run()
  await time.advanceAsync(PUBLISH_GAP_MS)
  t.same(at, [0, PUBLISH_GAP_MS])
})

t.test('whoever waits has a run repeated until it is done, or time is up', async t => {
  const { time, timers } = createServiceTime(0)
  let runs = 0
  const soon = createSoon(timers, async () => {
    runs += 1
    if (runs < 3) throw new Error('not yet')
  })
  const done = soon.until(() => (runs >= 3 ? 'done' : undefined), 1000)
  await time.advanceAsync(200)
  t.equal(await done, 'done')
  t.equal(runs, 3)
  const never = soon.until(() => undefined, 1000)
  await time.advanceAsync(1100)
  t.equal(await never, undefined)
  const stopped = soon.until(() => undefined, 60_000)
  await time.advanceAsync(100)
  void soon.stop()
  await time.advanceAsync(100)
  t.equal(await stopped, undefined, 'a stop ends the wait')
})
