/** As a stable sort by comparison has it. */
import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { byTime } from './by-time.ts'

const NOW = 1_800_000_000_000
const DAY_MS = 86_400_000

const compared = (ats: readonly number[]) =>
  [...ats.keys()].sort((a, b) => (ats[a] as number) - (ats[b] as number))

t.test('oldest first, of one moment as they stand, also of many years', async () => {
  const within = (ms: number) => fc.array(fc.integer({ min: NOW - ms, max: NOW }))
  const ats = fc.oneof(...[3, 5000, 2 * DAY_MS, 2 ** 32 - 1, 2 ** 32, 9 * NOW].map(within))
  fc.assert(
    fc.property(ats, ats => {
      deepStrictEqual([...byTime(Float64Array.from(ats))], compared(ats))
    }),
  )
})

t.test('each bit of a moment counts, and none is left over', async t => {
  for (let bit = 0; bit < 33; bit++) {
    const ats = [NOW + 2 ** bit, NOW + 2 ** bit - 1, NOW, NOW + 2 ** bit]
    t.same([...byTime(Float64Array.from(ats))], compared(ats), String(bit))
  }
})

t.test('none, and one', async t => {
  t.same([...byTime(new Float64Array())], [])
  t.same([...byTime(Float64Array.of(NOW))], [0])
})
