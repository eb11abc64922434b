import t from 'tap'
import type { Picture } from './picture.ts'
import { clipped, squareOf } from './square.ts'

/** Each value is 10 × row + column, in all three channels. */
const picture: Picture = {
  width: 4,
  height: 2,
  rgb: Uint8Array.from({ length: 4 * 2 * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3)
    return 10 * Math.floor(pixel / 4) + (pixel % 4)
  }),
}
const whole = { x: 0, y: 0, width: 4, height: 2 }
/** Of its first channel, row by row. */
const rows = (values: Float32Array, side: number) =>
  Array.from({ length: side }, (_, y) =>
    Array.from({ length: side }, (_, x) => values[3 * (y * side + x)]),
  )

t.test('at its own size the pixels themselves, black beside them', async t => {
  const corner = squareOf(picture, whole, 4, 'corner')
  t.same(rows(corner.values, 4), [
    [0, 1, 2, 3],
    [10, 11, 12, 13],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ])
  t.match(corner, { scale: 1, left: 0, top: 0 })
  const middle = squareOf(picture, whole, 4, 'middle')
  t.same(rows(middle.values, 4)[1], [0, 1, 2, 3])
  t.same(rows(middle.values, 4)[3], [0, 0, 0, 0])
  t.match(middle, { left: 0, top: 1 })
})

t.test('between pixels at another size, and never a pixel from beside the part', async t => {
  const part = { x: 1, y: 0, width: 2, height: 2 }
  t.same(rows(squareOf(picture, part, 4, 'corner').values, 4), [
    [1, 1.5, 2, 2],
    [6, 6.5, 7, 7],
    [11, 11.5, 12, 12],
    [11, 11.5, 12, 12],
  ])
  const half = squareOf(picture, whole, 2, 'corner')
  t.same(rows(half.values, 2), [
    [0, 2],
    [0, 0],
  ])
  t.equal(half.scale, 2)
})

t.test('what of a rectangle lies in the picture', async t => {
  t.same(clipped({ x: -1.5, y: 0.5, width: 3, height: 9 }, picture), {
    ...{ x: 0, y: 0, width: 1, height: 1 },
  })
  t.same(clipped({ x: 1, y: 0, width: 2, height: 1 }, picture), { x: 1, y: 0, width: 2, height: 1 })
  t.equal(clipped({ x: 4, y: 0, width: 2, height: 2 }, picture), undefined)
  t.equal(clipped({ x: 0, y: -3, width: 2, height: 2 }, picture), undefined)
})
