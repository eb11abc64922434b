/**
 * What the frames of a camera say about it. Frozen: the same bytes again and again, which no sensor
 * gives. Black: no light at all. Covered: light, and nothing in the picture that has an edge.
 *
 * A black or covered camera still reads a phone that is held right before it, so these are for a
 * person to look at. A frozen one reads nothing.
 */
import { crc32 } from 'node:zlib'
import { cameraBlindMs, cameraFrozenMs } from '../../limits.ts'
import type { LumaFrame } from './frames.ts'

export type PictureFault = 'FROZEN' | 'BLACK' | 'COVERED'

export interface PictureWatch {
  /** `atMs` of the frames counts. Null while nothing is wrong for long enough. */
  see(frame: LumaFrame): PictureFault | null
  /** The camera was opened anew; a frozen picture that comes again is still frozen. */
  reopened(): void
}

/** Sides of the blocks whose means are compared; a mean has little of the sensor's noise. */
const BLOCK_PIXELS = 8

/** Gray levels: a black picture has none above; neighbouring blocks of an edge differ by more. */
const BLACK_MAX = 24
const EDGE_MIN = 10

/** Share of the blocks with an edge, in a picture that shows something. */
const EDGES_MIN = 0.002

/** Between two looks at a picture's blocks, milliseconds. */
const LOOK_MS = 1000

export function createPictureWatch(): PictureWatch {
  let bytes = -1
  let changedMs = 0
  let frozen = false
  let lookedMs = Number.NEGATIVE_INFINITY
  let blind: { readonly kind: 'BLACK' | 'COVERED'; readonly sinceMs: number } | null = null

  function lookAt(frame: LumaFrame): void {
    if (frame.atMs - lookedMs < LOOK_MS) return
    lookedMs = frame.atMs
    const kind = blindness(frame)
    if (kind !== blind?.kind) blind = kind === null ? null : { kind, sinceMs: frame.atMs }
  }

  return {
    see(frame) {
      const now = crc32(frame.luma)
      if (now !== bytes) {
        changedMs = frame.atMs
        frozen = false
      }
      bytes = now
      frozen ||= frame.atMs - changedMs >= cameraFrozenMs
      lookAt(frame)
      if (frozen) return 'FROZEN'
      return blind !== null && frame.atMs - blind.sinceMs >= cameraBlindMs ? blind.kind : null
    },
    reopened() {
      if (!frozen) bytes = -1
    },
  }
}

/** Means of blocks against those to their right and below. */
function blindness({ width, height, luma }: LumaFrame): 'BLACK' | 'COVERED' | null {
  const columns = Math.floor(width / BLOCK_PIXELS)
  const rows = Math.floor(height / BLOCK_PIXELS)
  let above = new Float32Array(columns)
  let brightest = 0
  let edges = 0
  for (let row = 0; row < rows; row += 1) {
    const means = new Float32Array(columns)
    for (let column = 0; column < columns; column += 1) {
      const mean = blockMean(luma, width, column * BLOCK_PIXELS, row * BLOCK_PIXELS)
      means[column] = mean
      brightest = Math.max(brightest, mean)
      const left = column === 0 ? mean : (means[column - 1] as number)
      const upper = row === 0 ? mean : (above[column] as number)
      if (Math.abs(mean - left) > EDGE_MIN || Math.abs(mean - upper) > EDGE_MIN) edges += 1
    }
    above = means
  }
  if (columns * rows === 0 || edges > columns * rows * EDGES_MIN) return null
  return brightest <= BLACK_MAX ? 'BLACK' : 'COVERED'
}

function blockMean(luma: Uint8Array, width: number, x: number, y: number): number {
  let sum = 0
  for (let row = y; row < y + BLOCK_PIXELS; row += 1) {
    for (let at = row * width + x, end = at + BLOCK_PIXELS; at < end; at += 1) {
      sum += luma[at] as number
    }
  }
  return sum / (BLOCK_PIXELS * BLOCK_PIXELS)
}
