/** Where the next look begins. */
import t from 'tap'
import { createLastPlace } from './last-place.ts'

const corners = [
  { x: 100, y: 100 },
  { x: 140, y: 100 },
  { x: 140, y: 140 },
  { x: 100, y: 140 },
]
const code = { text: 'A', engine: 'zxing', corners } as const
const frame = (atMs: number, width = 640) => ({ width, height: 480, atMs })

t.test('near the last code, and the whole frame every 250 ms or after a second', async t => {
  const place = createLastPlace()
  t.equal(place.near(frame(0)), null)
  place.found([code], 0)
  const box = { x: 80, y: 80, width: 80, height: 80 }
  t.strictSame(place.near(frame(33)), box)
  t.equal(place.near(frame(250)), null, 'whole')
  t.strictSame(place.near(frame(283)), box)
  t.equal(place.near(frame(1001)), null, 'too long ago')
  place.found([code, code], 1001)
  t.equal(place.near(frame(1010)), null, 'two codes: the whole')
  place.found([code], 1010)
  t.strictSame(place.near(frame(1020, 120)), { ...box, width: 40 }, 'within the frame')
  t.equal(place.near(frame(1030, 60)), null, 'of a larger picture')
})
