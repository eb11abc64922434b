import t from 'tap'
import { inUnits, leastSpread, spreadOf, tailSpread } from './spread.ts'

const to = (last: number) => Array.from({ length: last }, (_, i) => i + 1)

t.test('the median and the quartiles, whatever the order', async t => {
  t.same(spreadOf(to(101).toReversed()), { mid: 51, low: 26, high: 76 })
  t.same(spreadOf([7]), { mid: 7, low: 7, high: 7 })
  t.same(spreadOf(to(30).map(() => 0)), { mid: 0, low: 0, high: 0 })
  t.ok(Number.isNaN(spreadOf([]).mid))
})

t.test('of few samples more than their quartiles, in proportion', async t => {
  const { mid, low, high } = spreadOf([...to(8).map(n => 10 * n), 90])
  t.equal(mid, 50)
  // 5 / √9 times as far as 30 and 70, by logarithms.
  t.equal(low.toFixed(3), (50 * (30 / 50) ** (5 / 3)).toFixed(3))
  t.equal(high.toFixed(3), (50 * (70 / 50) ** (5 / 3)).toFixed(3))
})

t.test('a tail, and beyond its extremes over fifths in the order of time', async t => {
  // The last fifth was disturbed.
  const took = [...to(80).map(() => 3), ...to(20).map(() => 9)]
  t.same(tailSpread(took, 0.99), { mid: 9, low: 2, high: 13.5 })
  t.same(tailSpread([6, 3], 0.99), { mid: 6, low: 2, high: 9 }, 'fewer samples than fifths')
})

t.test('the least, and the least of the worst fifth', async t => {
  t.same(leastSpread([5, 4, 6, 3, 8, 7, 9, 3, 4, 4]), { mid: 3, low: 3, high: 7 })
})

t.test('in units of a number, and of what has a noise of its own', async t => {
  const one = { mid: 10, low: 8, high: 12 }
  t.same(inUnits(one, 2), { mid: 5, low: 4, high: 6 })
  t.same(inUnits(one, { mid: 5, low: 4, high: 6 }), { mid: 2, low: 8 / 6, high: 3 })
})
