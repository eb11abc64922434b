import t from 'tap'
import { createServiceTime } from '../testing/virtual-time.ts'
import { createLog } from './log.ts'
import { createTicker, type TickerOptions } from './ticker.ts'

function setUp(options: Partial<TickerOptions> & Pick<TickerOptions, 'work'>) {
  const { time, timers } = createServiceTime(0)
  const lines: { level: number; msg: string }[] = []
  const log = createLog('info', { write: line => void lines.push(JSON.parse(line)) })
  const ticker = createTicker({ timers, log, failed: 'it failed', everyMs: 1000, ...options })
  return { time, ticker, lines }
}

t.test('runs every so often, from the end of one run to the next, until it is stopped', async t => {
  const at: number[] = []
  const { time, ticker } = setUp({ work: async () => at.push(time.clock.monotonicMs()) })
  ticker.wake()
  t.equal(time.pending(), 0, 'nothing before the start')
  ticker.start(0)
  await time.advanceAsync(2500)
  t.same(at, [0, 1000, 2000])
  await ticker.stop()
  ticker.wake()
  await time.advanceAsync(5000)
  t.same(at, [0, 1000, 2000])
  t.equal(time.pending(), 0)
})

t.test('woken, it runs within wakeMs, and then as before', async t => {
  const at: number[] = []
  const work = async () => at.push(time.clock.monotonicMs())
  const { time, ticker } = setUp({ wakeMs: 100, work })
  ticker.start()
  await time.advanceAsync(300)
  ticker.wake()
  await time.advanceAsync(50)
  ticker.wake()
  t.same(at, [])
  await time.advanceAsync(100)
  t.same(at, [400], 'a second call does not put it off')
  await time.advanceAsync(1000)
  t.same(at, [400, 1400])
  await time.advanceAsync(950)
  ticker.wake()
  await time.advanceAsync(50)
  t.same(at, [400, 1400, 2400], 'nor does one shortly before it was due')
  await ticker.stop()
})

t.test('woken while it runs, it runs again afterwards, never twice at once', async t => {
  const ends: (() => void)[] = []
  const { time, ticker } = setUp({ work: () => new Promise<void>(end => ends.push(end)) })
  ticker.start(0)
  await time.advanceAsync(10)
  ticker.wake()
  await time.advanceAsync(10_000)
  t.equal(ends.length, 1)
  ends[0]?.()
  await time.advanceAsync(1)
  t.equal(ends.length, 2)
  let hasStopped = false
  const stopped = ticker.stop().then(() => {
    hasStopped = true
  })
  await time.advanceAsync(10)
  t.notOk(hasStopped, 'a stop waits for the run')
  ends[1]?.()
  await stopped
})

t.test('a failure is logged when it begins and when it is over', async t => {
  const fail = (code: string) => Object.assign(new Error('x'), { code })
  const results = [fail('A'), fail('A'), fail('B'), undefined, undefined, fail('A')]
  const work = async () => {
    const result = results.shift()
    if (result !== undefined) throw result
  }
  const { time, ticker, lines } = setUp({ work })
  ticker.start(0)
  await time.advanceAsync(5500)
  t.match(lines, [
    { level: 50, code: 'A', msg: 'it failed' },
    { level: 50, code: 'B', msg: 'it failed' },
    { level: 30, after: 'B', msg: 'no longer: it failed' },
    { level: 50, code: 'A', msg: 'it failed' },
  ])
  t.equal(lines.length, 4)
  await ticker.stop()
})

t.test('with a lease, only whoever holds it works; a stop gives it back', async t => {
  let holder = 'other'
  let runs = 0
  const lease = {
    hold: async () => holder === 'me',
    drop: async () => {
      holder = 'nobody'
    },
  }
  const { time, ticker } = setUp({ lease, work: async () => ++runs })
  ticker.start(0)
  await time.advanceAsync(1500)
  t.equal(runs, 0)
  holder = 'me'
  await time.advanceAsync(1000)
  t.equal(runs, 1)
  await ticker.stop()
  t.equal(holder, 'nobody')
})
