/** A frame as a person looks at it: JPEG, with the codes that were found outlined. */
import { previewPixelsMax } from '../../limits.ts'
import type { Picture, Point } from './picture.ts'

const QUALITY = 75

export interface Preview {
  readonly jpeg: Uint8Array
  readonly width: number
  readonly height: number
  /** Monotonic time of the frame, milliseconds. */
  readonly atMs: number
  /** How many codes are outlined. */
  readonly codes: number
}

/** No wider and no higher than `previewPixelsMax`. */
export async function renderPreview(
  { luma, width, height }: Picture,
  outlines: readonly (readonly Point[])[],
): Promise<Pick<Preview, 'jpeg' | 'width' | 'height'>> {
  // With the first preview, as with the first picture: most gates have no camera.
  const { default: sharp } = await import('sharp')
  const raw = { width, height, channels: 1 } as const
  const lines = outlines.map(corners => {
    const points = corners.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')
    const stroke = Math.max(3, Math.round(width / 200))
    return `<polygon points="${points}" fill="none" stroke="#00d060" stroke-width="${stroke}"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${lines.join('')}</svg>`
  // Outlined in its own size first: within one chain sharp would make it smaller before.
  const outlined = await sharp(luma.subarray(0, width * height), { raw })
    .toColourspace('srgb')
    .composite([{ input: Buffer.from(svg) }])
    .png({ compressionLevel: 0 })
    .toBuffer()
  const { data, info } = await sharp(outlined)
    .resize({
      ...{ width: previewPixelsMax, height: previewPixelsMax, fit: 'inside' },
      withoutEnlargement: true,
    })
    .jpeg({ quality: QUALITY })
    .toBuffer({ resolveWithObject: true })
  return { jpeg: data, width: info.width, height: info.height }
}
