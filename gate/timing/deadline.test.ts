import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createDeadline, inTime } from './deadline.ts'

t.test(
  'a deadline aborts at its time by the timers given, and not once it is cancelled',
  async t => {
    const { timers, advance, pending } = createVirtualTime()
    const { signal } = createDeadline(timers, 300)
    advance(299)
    t.notOk(signal.aborted)
    advance(1)
    t.match(signal.reason, { name: 'TimeoutError' })

    const done = createDeadline(timers, 300)
    done.cancel()
    t.equal(pending(), 0, 'no timer is left')
    advance(1000)
    t.notOk(done.signal.aborted)
  },
)

t.test('work that is not over in time goes on unheard', async t => {
  const { timers, advance, pending } = createVirtualTime()
  const never = inTime(timers, 300, new Promise(() => {}))
  advance(300)
  t.equal(await never, 'late')
  t.equal(await inTime(timers, 300, Promise.resolve(7)), 7)
  t.equal(pending(), 0)
})
