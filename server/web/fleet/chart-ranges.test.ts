import t from 'tap'
import { rangeOf, SPAN_S_MIN, spanOf } from './chart-ranges.ts'

const NOON = 1_800_000_000

t.test('time: from the earliest to the latest', t => {
  const day = Array.from({ length: 288 }, (_, i) => NOON + 300 * i)
  const end = NOON + 300 * 287
  t.same(spanOf(day), [NOON, end])
  t.same(spanOf([...day].reverse()), [NOON, end], 'the newest first')
  t.same(spanOf([NOON + 7200, NOON, end, NOON + 300]), [NOON, end], 'in no order')
  t.end()
})

t.test('time: an hour at least, up to the latest', t => {
  t.same(spanOf([]), [-SPAN_S_MIN, 0])
  t.same(spanOf([NOON]), [NOON - SPAN_S_MIN, NOON])
  t.same(spanOf([NOON, NOON]), [NOON - SPAN_S_MIN, NOON], 'twice the same')
  t.same(spanOf([NOON, NOON + 300]), [NOON + 300 - SPAN_S_MIN, NOON + 300])
  t.same(spanOf([NOON, NOON + SPAN_S_MIN]), [NOON, NOON + SPAN_S_MIN], 'just an hour')
  t.same(spanOf([NOON, NOON + SPAN_S_MIN + 1]), [NOON, NOON + SPAN_S_MIN + 1], 'and a second')
  t.end()
})

t.test('values: with 0 on the axis, never flat, and room at the top', t => {
  t.same(rangeOf(20, 100), [0, 110])
  t.same(rangeOf(-100, 100), [-100, 120])
  t.same(rangeOf(0, 0), [0, 1.1], 'all nothing')
  t.same(rangeOf(null, null), [0, 1.1], 'none known')
  t.end()
})

t.test('names: all of them, whatever is known', t => {
  t.same(rangeOf(null, null, 5), [-0.3, 4.3])
  t.same(rangeOf(2, 2, 5), [-0.3, 4.3])
  t.end()
})
