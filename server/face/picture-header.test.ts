/** Headers of real pictures, of dear ones, and bytes that nobody means well with. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { dearPictures, pictureBombs } from '../testing/bombs.ts'
import { PICTURE_ASPECT_MAX, PICTURE_SCANS_MAX, PICTURE_WHOLE_PIXELS_MAX } from './limits.ts'
import { isAffordable, type PictureHeader, readHeader } from './picture-header.ts'

const FACES = join(import.meta.dirname, '../../fixtures/faces')
const portrait = new Uint8Array(readFileSync(join(FACES, 'd01-live.jpg')))
const image = () => sharp(portrait).resize(320, 200, { fit: 'fill' })
const REAL: readonly (readonly [string, Promise<Uint8Array>, Partial<PictureHeader>])[] = [
  ['a camera’s', Promise.resolve(portrait), { kind: 'jpeg', width: 640, height: 640, passes: 1 }],
  ['a small one', image().jpeg().toBuffer(), { kind: 'jpeg', width: 320, height: 200, depth: 8 }],
  ['a progressive one', image().jpeg({ progressive: true }).toBuffer(), { kind: 'jpeg' }],
  ['gray', image().grayscale().jpeg().toBuffer(), { kind: 'jpeg', passes: 1 }],
  ['PNG', image().png().toBuffer(), { kind: 'png', width: 320, height: 200, passes: 1 }],
  ['PNG, a palette', image().png({ palette: true }).toBuffer(), { kind: 'png', width: 320 }],
  ['WebP', image().webp().toBuffer(), { kind: 'webp', width: 320, height: 200 }],
  ['WebP, lossless', image().webp({ lossless: true }).toBuffer(), { kind: 'webp', height: 200 }],
  ['WebP, EXIF', image().withExif({}).webp().toBuffer(), { kind: 'webp', width: 320, height: 200 }],
]

t.test('what cameras and browsers make is read right, and affordable', async t => {
  for (const [name, made, expected] of REAL) {
    const header = readHeader(await made)
    t.match(header, expected, name)
    t.ok(header && isAffordable(header), name)
  }
  const progressive = readHeader(await image().jpeg({ progressive: true }).toBuffer())
  t.ok((progressive?.passes ?? 0) > 5 && (progressive?.passes ?? 99) <= PICTURE_SCANS_MAX)
  const two = Buffer.concat([portrait, portrait])
  t.match(readHeader(two), { passes: 1 }, 'a second picture after the end is no scan of the first')
})

t.test('the dear ones are known before they are decoded', async t => {
  for (const [name, bytes] of await dearPictures(portrait)) {
    const header = readHeader(bytes)
    t.notOk(header && isAffordable(header), `${name}, ${bytes.length} bytes`)
  }
  for (const name of ['GIF of 1000 frames', 'TIFF', 'AVIF', 'a PDF', 'nothing']) {
    t.equal(readHeader((await pictureBombs(portrait)).get(name) ?? portrait), undefined, name)
  }
})

t.test('at each limit, and one over', t => {
  const of = (more: Partial<PictureHeader>): PictureHeader => ({
    ...{ kind: 'jpeg', width: 4096, height: 3072, depth: 8, passes: 1, moves: false },
    ...more,
  })
  t.equal(4096 * 3072, PICTURE_WHOLE_PIXELS_MAX)
  const rows: [boolean, Partial<PictureHeader>][] = [
    [true, {}],
    [true, { width: 6000, height: 4000 }],
    [false, { width: 6000, height: 4001 }],
    [true, { passes: PICTURE_SCANS_MAX }],
    [false, { passes: PICTURE_SCANS_MAX + 1 }],
    [false, { passes: 2, height: 3073 }],
    [true, { kind: 'webp' }],
    [false, { kind: 'webp', height: 3073 }],
    [false, { kind: 'png', passes: 7 }],
    [false, { kind: 'png', depth: 16 }],
    [false, { depth: 12 }],
    [false, { kind: 'png', moves: true }],
    [true, { width: 100, height: 100 * PICTURE_ASPECT_MAX }],
    [false, { width: 100, height: 100 * PICTURE_ASPECT_MAX + 1 }],
  ]
  for (const [taken, more] of rows) t.equal(isAffordable(of(more)), taken, JSON.stringify(more))
  t.end()
})

t.test('whatever bytes: an answer, whole numbers, soon', async t => {
  const starts = await Promise.all(REAL.map(([, made]) => made))
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(
        fc.constantFrom(...starts),
        fc.array(fc.tuple(fc.nat({ max: 700 }), fc.nat({ max: 255 })), { maxLength: 20 }),
        fc.nat({ max: 5000 }),
      )
      .map(([start, changes, length]) => {
        const bytes = Uint8Array.from(start.subarray(0, length))
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        return bytes
      }),
  )
  fc.assert(
    fc.property(hostile, bytes => {
      const header = readHeader(bytes)
      if (header === undefined) return true
      const { width, height, passes, depth } = header
      return [width, height, passes].every(n => Number.isInteger(n) && n > 0) && depth >= 0
    }),
    { numRuns: 2000 },
  )
  const six = 6 * 1_048_576
  for (const fill of [
    '\xff',
    '\xff\x00',
    '\xff\xd0',
    '\xff\xfe\x00\x02',
    '\xff\xda\x00\x02',
    '\x00',
  ]) {
    const bytes = Buffer.concat([portrait.subarray(0, 700), Buffer.alloc(six, fill, 'latin1')])
    const before = process.cpuUsage()
    readHeader(bytes)
    const { user } = process.cpuUsage(before)
    t.ok(user < 1_000_000, `${JSON.stringify(fill)}: ${user} µs`)
  }
})
