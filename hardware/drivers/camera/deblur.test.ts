/** A code that moved while the shutter was open, and one out of focus. */
import t from 'tap'
import { blur, motion, toLuma } from '../../../fixtures/camera-frames/optics.ts'
import { blurDirection, refocus, undoMotion } from './deblur.ts'
import { codeOn } from './testing/hand-source.ts'
import { openZxing } from './zxing-engine.ts'

t.test('its direction is found, and it is read where it was not', async t => {
  const engine = await openZxing()
  const sharp = codeOn('RP1:'.padEnd(150, 'ABC '), { width: 320, height: 320, scale: 3 })
  for (const degrees of [0, 35, 90, 140]) {
    const levels = Float32Array.from(sharp.luma)
    const moved = motion({ ...sharp, levels }, 7, (degrees * Math.PI) / 180)
    const picture = { ...sharp, luma: toLuma(moved) }
    const found = (blurDirection(picture) * 180) / Math.PI
    const off = Math.abs(((found - degrees + 270) % 180) - 90)
    t.ok(off < 8, `${degrees}: ${found}`)
    t.equal(engine.decode(picture).length, 0)
    const still = undoMotion(picture, blurDirection(picture), 7)
    t.equal(engine.decode(still).length, 1, `${degrees} degrees`)
  }
})

t.test('what is out of focus is read where it was not', async t => {
  const engine = await openZxing()
  const sharp = codeOn('RP1:'.padEnd(150, 'ABC '), { width: 320, height: 320, scale: 3 })
  const soft = blur({ ...sharp, levels: Float32Array.from(sharp.luma) }, 2.3)
  const picture = { ...sharp, luma: toLuma(soft) }
  t.equal(engine.decode(picture).length, 0)
  t.equal(engine.decode(refocus(picture, 2)).length, 1)
})
