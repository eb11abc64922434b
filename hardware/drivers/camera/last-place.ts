/**
 * Where the next look begins: a code is mostly where it was in the frame before, and a part of a frame
 * is looked at in a part of the time. The whole frame is looked at every 250 ms all the same, for the
 * code that came beside it.
 */
import { placeKeptMs, stillTryMs } from '../../limits.ts'
import type { Box, FoundCode, Point } from './picture.ts'

export interface LastPlace {
  /** Null: look at the whole frame. */
  near(frame: {
    readonly width: number
    readonly height: number
    readonly atMs: number
  }): Box | null
  found(codes: readonly FoundCode[], atMs: number): void
  /** Corners of the codes that were found last, and when. */
  readonly last: { readonly outlines: readonly (readonly Point[])[]; readonly atMs: number } | null
}

/** Of the code's own size, on each side. */
const MARGIN = 0.5

export function createLastPlace(): LastPlace {
  let last: LastPlace['last'] = null
  let wholeMs = Number.NEGATIVE_INFINITY

  return {
    near({ width, height, atMs }) {
      const corners = last?.outlines.length === 1 ? last.outlines[0] : undefined
      const isKept = last !== null && atMs - last.atMs < placeKeptMs
      const box =
        corners !== undefined && isKept && atMs - wholeMs < stillTryMs
          ? around(corners, width, height)
          : null
      if (box === null) wholeMs = atMs
      return box
    },
    found(codes, atMs) {
      if (codes.length > 0) last = { outlines: codes.map(({ corners }) => corners), atMs }
    },
    get last() {
      return last
    },
  }
}

/** Null when nothing of it lies in the frame. */
function around(corners: readonly Point[], width: number, height: number): Box | null {
  const xs = corners.map(({ x }) => x)
  const ys = corners.map(({ y }) => y)
  const margin =
    MARGIN * Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys))
  const x = Math.max(0, Math.floor(Math.min(...xs) - margin))
  const y = Math.max(0, Math.floor(Math.min(...ys) - margin))
  const right = Math.min(width, Math.ceil(Math.max(...xs) + margin))
  const bottom = Math.min(height, Math.ceil(Math.max(...ys) + margin))
  return right > x && bottom > y ? { x, y, width: right - x, height: bottom - y } : null
}
