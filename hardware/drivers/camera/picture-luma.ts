/**
 * A picture file's bytes (JPEG, PNG, WebP) as luma. The size is read from the header first, and a
 * picture of too many pixels is refused before any of it is decoded.
 */
import type { Sharp } from 'sharp'
import { DeviceError } from '../../errors.ts'
import { framePixelsMax } from '../../limits.ts'
import type { LumaFrame } from './frames.ts'

type LoadSharp = () => Promise<typeof import('sharp')>

export type LumaPicture = Pick<LumaFrame, 'width' | 'height' | 'luma'>

/** First bytes of the formats that are read; a decoder of another format is never tried. */
const FORMATS = [/^\xff\xd8\xff/, /^\x89PNG\r\n\x1a\n/, /^RIFF[\s\S]{4}WEBP/]

/** Transparent parts are white. Rejects with DeviceError PICTURE_BROKEN, PICTURE_TOO_LARGE or DECODER_FAILED. */
export async function lumaOf(
  name: string,
  bytes: Uint8Array,
  load: LoadSharp = () => import('sharp'),
): Promise<LumaPicture> {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12))
  if (!FORMATS.some(format => format.test(head.toString('latin1')))) throw broken(name)
  // With the first picture: it takes a quarter of a second, and most gates have no camera.
  const { default: sharp } = await load().catch(error => {
    throw noDecoder(name, error)
  })
  const image = sharp(bytes, { limitInputPixels: false, failOn: 'truncated' })
  try {
    const { width, height } = await image.metadata()
    if (width * height > framePixelsMax) throw tooLarge(name, `${width}x${height} pixels`)
    return await decodeLuma(image)
  } catch (error) {
    throw error instanceof DeviceError ? error : broken(name, error)
  }
}

/** Rejects with sharp's error. */
export async function decodeLuma(image: Sharp): Promise<LumaPicture> {
  const { data, info } = await image
    .flatten({ background: 'white' })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const luma = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length)
  return { width: info.width, height: info.height, luma }
}

/** PICTURE_TOO_LARGE; `size` with its unit. */
export function tooLarge(name: string, size: string): DeviceError {
  return new DeviceError(
    'PICTURE_TOO_LARGE',
    name,
    `${name}: a picture of ${size} is not decoded; set the camera to a smaller picture`,
  )
}

function broken(name: string, cause?: unknown): DeviceError {
  return new DeviceError(
    'PICTURE_BROKEN',
    name,
    `${name}: a picture is cut off or is no JPEG, PNG or WebP; check the camera and its network`,
    cause,
  )
}

function noDecoder(name: string, cause: unknown): DeviceError {
  return new DeviceError(
    'DECODER_FAILED',
    name,
    `${name}: pictures can't be decoded on this machine; install this program's packages again`,
    cause,
  )
}
