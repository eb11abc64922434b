/**
 * Tells that a stream of raw frames is cut at the wrong places, since they are of another size than
 * asked for. The stream has no mark of a frame's end, but each picture of a camera is much like the
 * one before. Pictures that are cut wrongly are shifted against each other, every one of them.
 */
import { slippedFramesMax } from '../../limits.ts'
import type { LumaFrame } from './frames.ts'

export interface SlipWatch {
  /** Looks at 4,096 pixels. True once too many frames in a row were unlike the one before. */
  slipped(frame: LumaFrame): boolean
}

/** Places to look at, each a run of pixels, whose mean has little of the sensor's noise. */
const PLACES = 512
const RUN_PIXELS = 8

/** Mean difference in gray levels below which the picture says nothing. */
const LEVELS_MIN = 4

/** Of the difference between places that have nothing to do with each other. */
const UNLIKE_SHARE = 0.35

export function createSlipWatch(): SlipWatch {
  let last = new Float32Array(PLACES)
  let now = new Float32Array(PLACES)
  let unlikeFrames = -1
  return {
    slipped({ luma }) {
      sample(luma, now)
      const change = difference(now, last, 0)
      const unlike = change > LEVELS_MIN && change > UNLIKE_SHARE * difference(now, now, PLACES / 3)
      unlikeFrames = unlike ? unlikeFrames + 1 : 0
      const spare = last
      last = now
      now = spare
      return unlikeFrames >= slippedFramesMax
    },
  }
}

function sample(luma: Uint8Array, into: Float32Array): void {
  const step = luma.length / PLACES
  for (let place = 0; place < PLACES; place += 1) {
    const from = Math.floor(place * step)
    const to = Math.min(from + RUN_PIXELS, luma.length)
    let sum = 0
    for (let at = from; at < to; at += 1) sum += luma[at] as number
    into[place] = sum / (to - from)
  }
}

/** Mean absolute difference of `a` and of `b` read from `shift` places on. */
function difference(a: Float32Array, b: Float32Array, shift: number): number {
  const by = Math.floor(shift)
  let sum = 0
  for (let place = 0; place < PLACES; place += 1) {
    sum += Math.abs((a[place] as number) - (b[(place + by) % PLACES] as number))
  }
  return sum / PLACES
}
