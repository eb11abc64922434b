/** Pictures of all kinds as they come: those that are taken, and those that must cost nothing. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { pictureBombs, talkativePng } from '../testing/bombs.ts'
import { PICTURE_BYTES_MAX, PICTURE_PIXELS_MAX, PICTURE_SIDE } from './limits.ts'
import { readPicture } from './picture.ts'

const FACES = join(import.meta.dirname, '../../fixtures/faces')
const portrait = new Uint8Array(readFileSync(join(FACES, 'd01-live.jpg')))

t.test('JPEG, PNG and WebP come out as the same pixels in a row', async t => {
  const image = sharp(portrait)
  for (const bytes of [portrait, await image.png().toBuffer(), await image.webp().toBuffer()]) {
    const picture = await readPicture(bytes)
    t.equal(Math.max(picture?.width ?? 0, picture?.height ?? 0), PICTURE_SIDE)
    t.equal(picture?.rgb.length, 3 * (picture?.width ?? 0) * (picture?.height ?? 0))
  }
})

t.test('as many pixels as may be, and one row more', async t => {
  const side = Math.floor(Math.sqrt(PICTURE_PIXELS_MAX))
  const of = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#789' } })
      .png({ compressionLevel: 1 })
      .toBuffer()
  t.ok(await readPicture(await of(side, side)))
  t.notOk(await readPicture(await of(side, side + 2)))
  t.notOk(await readPicture(Buffer.concat([portrait, new Uint8Array(PICTURE_BYTES_MAX)])))
})

t.test('the others are none', async t => {
  for (const [name, bytes] of await pictureBombs(portrait)) {
    t.equal(await readPicture(bytes), undefined, `${name}, ${bytes.length} bytes`)
  }
})

t.test('texts and profiles of a PNG are not unpacked', async t => {
  const talkative = await talkativePng(portrait, 150)
  t.ok(talkative.length < PICTURE_BYTES_MAX)
  const before = process.memoryUsage.rss()
  const picture = await readPicture(talkative)
  const grownMib = (process.memoryUsage.rss() - before) / 1_048_576
  t.equal(picture?.width, PICTURE_SIDE)
  t.ok(grownMib < 200, `${grownMib.toFixed()} MiB more, of 1185 that the texts would take`)
  for (const odd of [talkative.subarray(0, 40), talkative.subarray(0, 8)]) {
    t.equal(await readPicture(odd), undefined)
  }
})
