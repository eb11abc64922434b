import t from 'tap'
import type { Timers } from '../../hardware/ports.ts'
import { createPollLoop } from './poll-loop.ts'

function manualTimers() {
  const due: { ms: number; run: () => void }[] = []
  const timers: Timers = {
    after(ms, run) {
      const entry = { ms, run }
      due.push(entry)
      return () => {
        const at = due.indexOf(entry)
        if (at >= 0) due.splice(at, 1)
      }
    },
  }
  return { due, timers, fire: () => due.shift()?.run() }
}

/** A job that ends when the test says so. */
function job() {
  const open: ((good: boolean) => void)[] = []
  return { open, run: () => new Promise<boolean>(resolve => open.push(resolve)) }
}

const settle = () => new Promise(resolve => setImmediate(resolve))

function loopOf(periodMs = 1000, fraction = 0) {
  const clockwork = manualTimers()
  const work = job()
  const loop = createPollLoop({
    periodMs,
    timers: clockwork.timers,
    fraction: () => fraction,
    run: work.run,
    good: outcome => outcome,
  })
  return { ...clockwork, ...work, loop }
}

t.test('the pause is up to a tenth short, and grows to a minute or to the period', async t => {
  for (const [periodMs, fraction, good, pause] of [
    [10_000, 0, true, 10_000],
    [10_000, 0.5, true, 9500],
    [10_000, 0.9999, true, 9000],
    [10_000, 0, false, 20_000],
    [40_000, 0, false, 60_000],
    [90_000, 0, false, 90_000],
  ] as const) {
    const { loop, open, due } = loopOf(periodMs, fraction)
    loop.start()
    open.shift()?.(good)
    await settle()
    t.equal(due[0]?.ms, pause)
    await loop.stop()
  }
})

t.test('it runs at the period, backs off, and comes back', async t => {
  const { loop, open, due, fire } = loopOf()
  loop.start()
  loop.start()
  t.equal(open.length, 1)
  for (const [good, pause] of [
    [true, 1000],
    [false, 2000],
    [false, 4000],
    [true, 1000],
  ] as const) {
    open.pop()?.(good)
    await settle()
    t.same(
      due.map(entry => entry.ms),
      [pause],
    )
    fire()
  }
  open.pop()?.(true)
  await loop.stop()
  t.equal(due.length, 0)
})

t.test('now() during a run is answered by one further run, shared by all who asked', async t => {
  const { loop, open, due } = loopOf()
  const first = loop.now()
  const second = loop.now()
  const third = loop.now()
  t.equal(open.length, 1)
  open.pop()?.(false)
  t.equal(await first, false)
  await settle()
  t.equal(open.length, 1)
  open.pop()?.(true)
  t.equal(await second, true)
  t.equal(await third, true)
  t.equal(due.length, 0, 'nothing periodic before start')
})

t.test('stop() waits for the run under way and for the queued one', async t => {
  const { loop, open, due } = loopOf()
  loop.start()
  void loop.now()
  let stopped = false
  const stopping = loop.stop().then(() => {
    stopped = true
  })
  open.pop()?.(true)
  await settle()
  t.notOk(stopped)
  open.pop()?.(true)
  await stopping
  t.equal(due.length, 0)
})

t.test('a job that throws is told to who asked, and the next run comes', async t => {
  const { timers, due, fire } = manualTimers()
  let runs = 0
  const loop = createPollLoop({
    periodMs: 1000,
    timers,
    fraction: () => 0,
    run: async () => {
      if (++runs === 2) throw new Error('a defect')
      return true
    },
    good: outcome => outcome,
  })
  loop.start()
  await settle()
  await t.rejects(loop.now(), { message: 'a defect' })
  t.equal(due.length, 1)
  fire()
  await settle()
  t.equal(runs, 3)
  await loop.stop()
})
