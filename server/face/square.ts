/** A part of a picture as the square that a network takes. Pure. */
import type { Picture } from './picture.ts'

/** In pixels of the picture. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Square {
  /** `side` × `side` × 3, 0 to 255; black beside the part. */
  readonly values: Float32Array
  /** Pixels of the picture from one of the square to the next. */
  readonly scale: number
  /** Of the part's corner, in pixels of the square. */
  readonly left: number
  readonly top: number
}

/**
 * The part `of` of a picture, its longer side at `side`, each value between its four neighbours
 * (bilinear, the corner of a pixel standing for it, as TensorFlow does). `place`: where the part
 * stands in the square.
 */
export function squareOf(
  picture: Picture,
  of: Rect,
  side: number,
  place: 'corner' | 'middle',
): Square {
  const scale = Math.max(of.width, of.height) / side
  const free = (length: number) => (place === 'middle' ? (side - length / scale) / 2 : 0)
  const [left, top] = [free(of.width), free(of.height)]
  const columns = samples(side, left, scale, of.x, of.width)
  const rows = samples(side, top, scale, of.y, of.height)
  const values = new Float32Array(side * side * 3)
  const { rgb, width } = picture
  for (let y = 0; y < side; y++) {
    const row = rows[y]
    if (row === undefined) continue
    const [above, below] = [row.from * width, row.to * width]
    for (let x = 0; x < side; x++) {
      const column = columns[x]
      if (column === undefined) continue
      const at = 3 * (y * side + x)
      for (let c = 0; c < 3; c++) {
        const from = 3 * column.from + c
        const to = 3 * column.to + c
        const upper = mix(rgb[3 * above + from], rgb[3 * above + to], column.share)
        const lower = mix(rgb[3 * below + from], rgb[3 * below + to], column.share)
        values[at + c] = upper + (lower - upper) * row.share
      }
    }
  }
  return { values, scale, left, top }
}

interface Sample {
  readonly from: number
  readonly to: number
  /** Of `to`, 0 to 1. */
  readonly share: number
}

/** Of each line of the square; undefined beside the part. */
function samples(
  side: number,
  margin: number,
  scale: number,
  start: number,
  length: number,
): readonly (Sample | undefined)[] {
  const last = start + length - 1
  return Array.from({ length: side }, (_, index) => {
    const at = (index - margin) * scale
    if (at < 0 || at >= length) return undefined
    const from = start + Math.floor(at)
    return { from, to: Math.min(from + 1, last), share: at % 1 }
  })
}

const mix = (a = 0, b = 0, share: number): number => a + (b - a) * share

/** The part of a rectangle that lies in a picture, in whole pixels; undefined when none does. */
export function clipped(of: Rect, { width, height }: Picture): Rect | undefined {
  const [x, y] = [Math.max(of.x, 0), Math.max(of.y, 0)]
  const inside = {
    x: Math.floor(x),
    y: Math.floor(y),
    width: Math.floor(Math.min(of.x + of.width, width) - x),
    height: Math.floor(Math.min(of.y + of.height, height) - y),
  }
  return inside.width > 0 && inside.height > 0 ? inside : undefined
}
