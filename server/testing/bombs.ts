/** Pictures that are more than they seem, or none at all: what a face check must refuse. */
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const small = () => sharp({ create: { width: 64, height: 64, channels: 3, background: '#789' } })

/** By what they are. None is larger than a request may hold. */
export async function pictureBombs(portrait: Uint8Array): Promise<Map<string, Uint8Array>> {
  const jpeg = await small().jpeg().toBuffer()
  const lossless = await small().webp({ lossless: true }).toBuffer()
  const tall = { width: 16, height: 16 * 500, channels: 3, pageHeight: 16 } as const
  const frames = new Uint8Array(16 * 16 * 500 * 3).map((_, i) => Math.floor(i / 768) % 251)
  return new Map<string, Uint8Array>([
    ['PNG of 30,000 × 30,000', largePng(30_000)],
    ['PNG that says 65,535 × 65,535 and ends', largePng(65_535, 200)],
    ['JPEG that says 65,500 × 65,500', resizedJpeg(jpeg, 65_500)],
    ['WebP that says 16,384 × 16,384', resizedWebp(lossless)],
    ['WebP of 500 frames', await sharp(frames, { raw: tall }).webp({ loop: 0 }).toBuffer()],
    ['GIF of 1000 frames', movingGif(1000)],
    ['SVG of a billion words', Buffer.from(LAUGHS)],
    ['TIFF', await small().tiff().toBuffer()],
    ['AVIF', await small().avif({ effort: 0 }).toBuffer()],
    ['half a JPEG', portrait.slice(0, portrait.length / 2)],
    ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj')],
    ['nothing', new Uint8Array()],
  ])
}

/** Well-formed pictures, small as files, that cost a decoder much: memory, time or both. */
export async function dearPictures(portrait: Uint8Array): Promise<Map<string, Uint8Array>> {
  const flat = (side: number, alpha = 1) => {
    const background = { r: 110, g: 130, b: 150, alpha }
    return sharp({ create: { width: side, height: side, channels: 4, background } })
  }
  const large = sharp(portrait).resize(4896, 4896)
  const progressive = await large.clone().jpeg({ quality: 5, progressive: true }).toBuffer()
  const small = await sharp(portrait).resize(64).png().toBuffer()
  return new Map<string, Uint8Array>([
    ['JPEG of 4896 × 4896, progressive', progressive],
    ['the same with 20 scans more', moreScans(progressive, 20)],
    ['gray PNG of 1 × 23,900,000', thinPng(23_900_000)],
    ['PNG of 4896 × 4896, interlaced', await flat(4896).png({ progressive: true }).toBuffer()],
    ['PNG of 4896 × 4896, 16 bits', await flat(4896, 0.5).toColourspace('rgb16').png().toBuffer()],
    ['WebP of 4896 × 4896', await flat(4896).webp({ lossless: true, effort: 0 }).toBuffer()],
    ['PNG that moves', withChunks(small, [chunk('acTL', Buffer.alloc(8, 1))])],
  ])
}

/** Taken as a picture, with what else is in it left aside: texts of 8 MB each, `count` of them. */
export async function talkativePng(portrait: Uint8Array, count: number): Promise<Uint8Array> {
  const png = await sharp(portrait).resize(640).png().toBuffer()
  const text = deflateSync(Buffer.alloc(7_900_000, 'x'), { level: 9 })
  const texts = Array.from({ length: count }, (_, n) =>
    chunk('zTXt', Buffer.concat([Buffer.from(`k${n}\0\0`, 'latin1'), text])),
  )
  return withChunks(png, texts)
}

/** After IHDR. */
function withChunks(png: Buffer, chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)])
}

/** The last scan again and again: a decoder goes over the whole picture each time. */
function moreScans(progressive: Buffer, count: number): Buffer {
  const last = progressive.subarray(progressive.lastIndexOf(Buffer.from([0xff, 0xda])), -2)
  const scans = Array.from({ length: count }, () => last)
  return Buffer.concat([progressive.subarray(0, -2), ...scans, progressive.subarray(-2)])
}

function thinPng(height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(1, 0)
  header.writeUInt32BE(height, 4)
  header.writeUInt8(8, 8)
  const data = deflateSync(Buffer.alloc(2 * height), { level: 1 })
  return Buffer.concat([PNG, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND')])
}

/** One bit a pixel, all zero; `idatMax` cuts its data off. */
function largePng(side: number, idatMax = Number.POSITIVE_INFINITY): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.writeUInt8(1, 8)
  const rows = Number.isFinite(idatMax) ? 64 : side
  const data = deflateSync(Buffer.alloc(rows * (1 + Math.ceil(side / 8))), { level: 1 })
  const kept = data.subarray(0, Math.min(idatMax, data.length))
  return Buffer.concat([PNG, chunk('IHDR', header), chunk('IDAT', kept), chunk('IEND')])
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const typed = Buffer.concat([Buffer.from(type), data])
  const whole = Buffer.alloc(8 + typed.length)
  whole.writeUInt32BE(data.length, 0)
  typed.copy(whole, 4)
  whole.writeUInt32BE(crc32(typed), 4 + typed.length)
  return whole
}

/** The frame header (ITU-T T.81 B.2.2) says another size. */
function resizedJpeg(jpeg: Buffer, side: number): Buffer {
  const changed = Buffer.from(jpeg)
  const at = changed.indexOf(Buffer.from([0xff, 0xc0]))
  changed.writeUInt16BE(side, at + 5)
  changed.writeUInt16BE(side, at + 7)
  return changed
}

/** 14 bits each for width and height, less one, after the signature byte of VP8L. */
function resizedWebp(webp: Buffer): Buffer {
  const changed = Buffer.from(webp)
  const at = changed.indexOf('VP8L') + 9
  changed.writeUInt32LE(((changed.readUInt32LE(at) & ~0xfffffff) | 0xfffffff) >>> 0, at)
  return changed
}

function movingGif(frames: number): Buffer {
  const head = Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff', 'latin1')
  const frame = Buffer.from(
    '!\xf9\x04\x00\x0a\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00',
    'latin1',
  )
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from(';')])
}

const LAUGHS = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "lol">${Array.from(
  { length: 9 },
  (_, n) => `<!ENTITY a${n + 1} "${`&a${n};`.repeat(10)}">`,
).join(
  '',
)}]><svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"><text>&a9;</text></svg>`
