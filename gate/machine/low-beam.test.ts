import t from 'tap'
import { addPulse, isThing, type Pulse, spokenUntilMs } from './low-beam.ts'

const pulse = (onMs: number, offMs?: number): Pulse => ({ onMs, offMs })

t.test('a beam is remembered by its last eight interruptions', async t => {
  t.same(addPulse([], true, 5), [pulse(5)])
  t.same(addPulse([pulse(5)], false, 9), [pulse(5, 9)])
  t.same(addPulse([pulse(1, 2), pulse(5)], false, 9), [pulse(1, 2), pulse(5, 9)])
  const eight = Array.from({ length: 8 }, (_, i) => pulse(10 * i, 10 * i + 5))
  t.same(addPulse(eight, true, 99), [...eight.slice(1), pulse(99)])
})

t.test('told twice, a beam is where it was', async t => {
  t.same(addPulse([pulse(5)], true, 7), [pulse(5)])
  t.same(addPulse([pulse(5, 9)], false, 11), [pulse(5, 9)])
  t.same(addPulse([], false, 11), [])
})

t.test('the low beam may speak half as long again as D was interrupted', async t => {
  t.equal(spokenUntilMs(pulse(1000)), undefined, 'while D is interrupted nobody knows')
  t.equal(spokenUntilMs(pulse(1000, 1400)), 1400 + 600)
  t.equal(spokenUntilMs(pulse(1000, 1060)), 1060 + 150, 'at least')
  t.equal(spokenUntilMs(pulse(1000, 5000)), 5000 + 1500, 'at most')
})

t.test('a rigid thing interrupts both beams once, and for as long', async t => {
  const main = pulse(1000, 1300)
  t.ok(isThing([pulse(1005, 1310)], main))
  t.notOk(isThing([pulse(1005, 1100)], main), 'a foot')
  t.notOk(isThing([main, pulse(1400, 1450)], main), 'two feet')
  t.notOk(isThing([], main))
  t.notOk(isThing([main], pulse(1000)), 'D is interrupted yet')
  t.notOk(isThing([pulse(1000)], main), 'a foot stands on the low beam')
})

t.test('as long: to an eighth nearly, or to the steps of the board', async t => {
  const long = pulse(1000, 2000)
  for (const [ms, is] of [
    [880, true],
    [879, false],
    [1120, true],
    [1121, false],
  ] as const) {
    t.equal(isThing([pulse(1000, 1000 + ms)], long), is, `${ms} of 1000 ms`)
  }
  const short = pulse(1000, 1060)
  for (const [ms, is] of [
    [45, true],
    [44, false],
    [75, true],
    [76, false],
  ] as const) {
    t.equal(isThing([pulse(1000, 1000 + ms)], short), is, `${ms} of 60 ms`)
  }
})

t.test('a case may lean: its foot comes a little sooner or somewhat later', async t => {
  const main = pulse(1000, 1500)
  for (const [byMs, is] of [
    [-60, true],
    [-61, false],
    [600, true],
    [601, false],
  ] as const) {
    t.equal(isThing([pulse(1000 + byMs, 1500 + byMs)], main), is, `by ${byMs} ms`)
  }
})

t.test('who was at the low beam before, or comes there after, is another', async t => {
  const main = pulse(1000, 1500)
  const before = (offMs: number) => isThing([pulse(800, offMs), main], main)
  t.ok(before(1060), 'free again as D was interrupted')
  t.notOk(before(1061))
  const after = (onMs: number) => isThing([main, pulse(onMs, onMs + 500)], main)
  t.ok(after(2250), 'when D has been free for long')
  t.notOk(after(2249))
  t.notOk(isThing([main, pulse(1900)], main), 'and is there yet')
})
