import t from 'tap'
import { inUnits, leastSpread, spreadOf, tailSpread } from './spread.ts'

const to = (last: number) => Array.from({ length: last }, (_, i) => i + 1)

t.test('the median and the quartiles, whatever the order', async t => {
  t.same(spreadOf([4, 1, 3, 2, 5]), { mid: 3, low: 2, high: 4 })
  t.same(spreadOf([7]), { mid: 7, low: 7, high: 7 })
  t.ok(Number.isNaN(spreadOf([]).mid))
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
