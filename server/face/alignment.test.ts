import t from 'tap'
import { alignedSquare } from './alignment.ts'

/** Eyes 40 apart at a height of 100, the mouth 48 below, as 68 landmarks. */
const landmarks = (right: number) =>
  Array.from({ length: 68 }, (_, i) => {
    if (i >= 48) return { x: right + 20, y: 148 }
    if (i >= 42) return { x: right + 40, y: 100 }
    return i >= 36 ? { x: right, y: 100 } : { x: 0, y: 0 }
  })

t.test('eyes and mouth stand where the description expects them', async t => {
  // From an eye to the mouth: √(20² + 48²) = 52.
  const side = Math.floor(52 / 0.45)
  t.same(alignedSquare(landmarks(200)), {
    x: Math.floor(220 - 0.5 * side),
    y: Math.floor(116 - 0.43 * side),
    ...{ width: side, height: side },
  })
})

t.test('a face at the left edge begins there', async t => {
  t.equal(alignedSquare(landmarks(10)).x, 0)
})
