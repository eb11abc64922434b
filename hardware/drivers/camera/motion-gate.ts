/**
 * Whether a frame is worth a look. A camera at a gate sees the same wall for most of the day, so its
 * frames are compared on a grid of every eighth pixel, each with its neighbours to the right and below. A still one is looked at every 250 ms all the
 * same: a phone that is held still must be read, too.
 */
import { stillTryMs } from '../../limits.ts'
import type { LumaFrame } from './frames.ts'

const GRID_PIXELS = 8
/** Of the mean of four pixels: more than a sensor's noise in low light. */
const LEVELS_MIN = 16
/** Of the grid's points. A code at 15 % of the frame's width covers 4 %. */
const SHARE_MIN = 0.003

export type FrameWorth = 'moved' | 'due' | 'still'

export interface MotionGate {
  /** `moved`: it differs from the last frame that was worth a look. `due`: it is time for one. */
  judge(frame: LumaFrame): FrameWorth
}

export function createMotionGate(): MotionGate {
  let last = new Uint8Array(0)
  let width = 0
  let lastTryMs = Number.NEGATIVE_INFINITY

  function moved(grid: Uint8Array<ArrayBuffer>, frame: LumaFrame): boolean {
    if (grid.length !== last.length || frame.width !== width) return true
    let count = 0
    for (let i = 0; i < grid.length; i++) {
      if (Math.abs(grid[i]! - last[i]!) > LEVELS_MIN) count += 1
    }
    return count > grid.length * SHARE_MIN
  }

  return {
    judge(frame) {
      const grid = sample(frame)
      const isMoved = moved(grid, frame)
      const isDue = frame.atMs - lastTryMs >= stillTryMs
      if (!isMoved && !isDue) return 'still'
      last = grid
      width = frame.width
      lastTryMs = frame.atMs
      return isMoved ? 'moved' : 'due'
    },
  }
}

function sample({ luma, width, height }: LumaFrame): Uint8Array<ArrayBuffer> {
  const half = GRID_PIXELS / 2
  const columns = Math.ceil(Math.max(0, width - half - 1) / GRID_PIXELS)
  const rows = Math.ceil(Math.max(0, height - half - 1) / GRID_PIXELS)
  const grid = new Uint8Array(columns * rows)
  let to = 0
  for (let row = 0; row < rows; row++) {
    let at = (row * GRID_PIXELS + half) * width + half
    for (let column = 0; column < columns; column++, at += GRID_PIXELS) {
      const sum = luma[at]! + luma[at + 1]! + luma[at + width]! + luma[at + width + 1]!
      grid[to++] = sum >> 2
    }
  }
  return grid
}
