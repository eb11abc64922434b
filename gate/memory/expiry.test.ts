import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { FORGET_EVERY_MS, FORGET_MAX } from '../limits.ts'
import { startForgetting } from './expiry.ts'

function start() {
  const time = createVirtualTime()
  const state = { knowsAge: true, low: [] as string[], asked: [] as number[][] }
  const told: string[] = []
  const forgetting = startForgetting({
    memory: {
      expire: (nowMs, most) => state.asked.push([nowMs, most]),
      low: () => state.low,
    } as Parameters<typeof startForgetting>[0]['memory'],
    timers: time.timers,
    nowMs: () => 1234,
    knowsAge: () => state.knowsAge,
    onAlarm: (code, on, detail) => told.push(`${code} ${on ? 'on' : 'off'}: ${detail}`),
  })
  return { time, state, told, forgetting }
}

t.test('a little is forgotten at once and then again and again, until it is closed', async t => {
  const { time, state, forgetting } = start()
  time.advance(0)
  t.same(state.asked, [[1234, FORGET_MAX]])
  time.advance(FORGET_EVERY_MS - 1)
  t.equal(state.asked.length, 1)
  time.advance(1)
  t.equal(state.asked.length, 2)
  forgetting.close()
  time.advance(10 * FORGET_EVERY_MS)
  t.equal(state.asked.length, 2)
})

t.test('nothing goes while the clock may be wrong', async t => {
  const { time, state } = start()
  state.knowsAge = false
  time.advance(FORGET_EVERY_MS)
  t.same(state.asked, [])
})

t.test('memory that fills up is told once, and once that there is room again', async t => {
  const { time, state, told } = start()
  time.advance(FORGET_EVERY_MS)
  t.same(told, [])
  state.low = ['uses', 'visits']
  time.advance(2 * FORGET_EVERY_MS)
  t.same(told, ['MEMORY_LOW on: uses, visits'])
  state.low = []
  time.advance(2 * FORGET_EVERY_MS)
  t.same(told.slice(1), ['MEMORY_LOW off: there is room again'])
})
