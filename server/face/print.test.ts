/** Which pictures are copies of one that was seen, on real portraits. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import t from 'tap'
import { captureOf, type Head } from '../../fixtures/face-capture.ts'
import { PRINT_BITS_NEAR } from './limits.ts'
import { readPicture } from './picture.ts'
import type { Prompt } from './port.ts'
import { isNear, isReplay, mirrored, printOf } from './print.ts'

const FACES = join(import.meta.dirname, '../../fixtures/faces')
const heads: Record<string, Head> = JSON.parse(readFileSync(join(FACES, 'heads.json'), 'utf8'))
const PROMPTS: readonly Prompt[] = ['ahead', 'left', 'right', 'ahead']

async function printed(picture: Uint8Array): Promise<Uint8Array> {
  const read = await readPicture(picture)
  if (read === undefined) throw new Error('not a picture')
  return printOf(read)
}
const takes = async (who: string, take: number) => {
  const live = readFileSync(join(FACES, `${who}-live.jpg`))
  const { frames } = await captureOf(live, heads[who] as Head, PROMPTS, { take })
  return frames.map(frame => frame.picture)
}
const COPIES: Record<string, (image: Sharp) => Sharp> = {
  'poor JPEG': image => image.jpeg({ quality: 40 }),
  PNG: image => image.png(),
  WebP: image => image.webp({ quality: 60 }),
  'half the size': image => image.resize(320).jpeg({ quality: 70 }),
  'twice the size': image => image.resize(1280).jpeg(),
  lighter: image => image.linear(1.15, 5).jpeg(),
  gray: image => image.grayscale().jpeg(),
  blurred: image => image.blur(1.5).jpeg(),
}

t.test('copies are known, pictures taken anew are not', async t => {
  for (const who of ['d01', 'd05']) {
    const seen = await takes(who, 0)
    const prints = await Promise.all(seen.map(printed))
    for (const [how, made] of Object.entries(COPIES)) {
      const copies = seen.map(async one => printed(await made(sharp(one)).toBuffer()))
      t.ok(isReplay(await Promise.all(copies), prints), `${who} ${how}`)
    }
    const flopped = await Promise.all(
      seen.map(async one => printed(await sharp(one).flop().jpeg().toBuffer())),
    )
    t.ok(isReplay(flopped, prints), `${who} in a mirror`)
    for (const take of [1, 4]) {
      const anew = await Promise.all((await takes(who, take)).map(printed))
      t.notOk(isReplay(anew, prints), `${who} taken anew, ${take}`)
      t.ok(isReplay([...anew.slice(2), ...prints.slice(0, 2)], prints), 'half of it seen')
      t.notOk(isReplay([...anew.slice(1), ...prints.slice(0, 1)], prints), 'one of four alike')
    }
  }
})

t.test('near is up to so many bits, at it and beside it', async t => {
  const print = new Uint8Array(32).fill(0x55)
  const apart = (bits: number) => print.map((byte, i) => (i < bits ? byte ^ 0x10 : byte))
  t.ok(isNear(print, apart(PRINT_BITS_NEAR)))
  t.notOk(isNear(print, apart(PRINT_BITS_NEAR + 1)))
  t.same(mirrored(mirrored(print)), print)
  t.notOk(isReplay([], [print]), 'nothing is no replay')
  t.notOk(isReplay([print], []))
})
