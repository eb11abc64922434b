/**
 * From a picture's bytes to its pixels: turned as its EXIF has it, its longer side at 640, RGB without
 * alpha. Bounded, and checked by its header, before anything is decoded; animations are refused.
 */
import sharp from 'sharp'
import { PICTURE_BYTES_MAX, PICTURE_PIXELS_MAX, PICTURE_SIDE } from './limits.ts'
import { readHeader } from './picture-header.ts'
import { withoutExtras } from './png-extras.ts'

/** `rgb`: three bytes a pixel, row by row. */
export interface Picture {
  readonly rgb: Uint8Array
  readonly width: number
  readonly height: number
}

/** Undefined for what is no JPEG, PNG or WebP, or is too large. Never throws. */
export async function readPicture(bytes: Uint8Array): Promise<Picture | undefined> {
  if (bytes.length > PICTURE_BYTES_MAX) return undefined
  // Nothing else is shown to a decoder at all.
  const header = readHeader(bytes)
  if (header === undefined || header.moves) return undefined
  const shown = header.kind === 'png' ? withoutExtras(bytes) : bytes
  try {
    const image = sharp(shown, { limitInputPixels: PICTURE_PIXELS_MAX, failOn: 'error' })
    const { pages = 1 } = await image.metadata()
    if (pages > 1) return undefined
    const { data, info } = await image
      .rotate()
      .resize(PICTURE_SIDE, PICTURE_SIDE, { fit: 'inside' })
      .flatten()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    return { rgb: channels === 1 ? expanded(data) : data, width, height }
  } catch {
    return undefined
  }
}

/** As pictures are put on file: JPEG. */
export async function photoOf({ rgb, width, height }: Picture): Promise<Uint8Array> {
  const raw = { width, height, channels: 3 } as const
  return new Uint8Array(await sharp(rgb, { raw }).jpeg({ quality: 90 }).toBuffer())
}

/** Gray to RGB. */
function expanded(gray: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(gray.length * 3)
  for (let i = 0; i < gray.length; i++) rgb.fill(gray[i] as number, 3 * i, 3 * i + 3)
  return rgb
}
