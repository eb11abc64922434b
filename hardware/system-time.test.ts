import t from 'tap'
import { createTimers, systemClock, systemTimers } from './system-time.ts'

t.test('no timer rings before its time, by fractions of a millisecond either', async t => {
  const rung = (delayMs: number) =>
    new Promise<number>(resolve => {
      const fromMs = systemClock.monotonicMs()
      systemTimers.after(delayMs, () => resolve(systemClock.monotonicMs() - fromMs - delayMs))
    })
  const delays = Array.from({ length: 300 }, (_, at) => 1 + (at * 37) / 100)
  const late = await Promise.all(delays.map(rung))
  t.same(
    late.filter(ms => ms < 0),
    [],
  )
})

t.test('what is left of a time is waited for, and cancelled with it', async t => {
  let nowMs = 0
  const waiting = new Map<number, () => void>()
  const asked: number[] = []
  const timers = createTimers<number>({
    nowMs: () => nowMs,
    set: (run, delayMs) => {
      waiting.set(asked.push(delayMs), run)
      return asked.length
    },
    clear: id => waiting.delete(id),
  })
  /** As `setTimeout` rings, early or not. */
  const ring = (atMs: number) => {
    nowMs = atMs
    for (const [id, run] of [...waiting]) {
      waiting.delete(id)
      run()
    }
  }
  let rung = 0
  timers.after(5, () => rung++)
  ring(4.75)
  t.same([asked, rung], [[5, 0.25], 0])
  ring(5)
  t.same([asked, rung], [[5, 0.25], 1])

  const cancel = timers.after(5, () => rung++)
  ring(9.5)
  cancel()
  t.same([waiting.size, rung], [0, 1])
})
