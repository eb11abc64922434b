/**
 * A stream of raw frames of one size, cut into frames: of each the first width × height bytes are
 * its luma, what follows (the colours of YUV 4:2:0) is skipped.
 */
import type { LumaFrame } from './frames.ts'

export interface RawLayout {
  readonly width: number
  readonly height: number
  /** Bytes of a whole frame, width × height and up. */
  readonly frameBytes: number
}

export interface RawFrames {
  /** `atMs`: when these bytes came, monotonic milliseconds. */
  push(bytes: Uint8Array, atMs: number): void
  /** Bytes of the frame that is not whole yet. */
  readonly partBytes: number
}

/** Holds one frame. Each frame it gives away has memory of its own. */
export function createRawFrames(
  { width, height, frameBytes }: RawLayout,
  onFrame: (frame: LumaFrame) => void,
): RawFrames {
  const lumaBytes = width * height
  let luma = ownMemory(lumaBytes)
  let at = 0
  return {
    push(bytes, atMs) {
      for (let from = 0; from < bytes.length; ) {
        const taken = Math.min(bytes.length - from, frameBytes - at)
        const ofLuma = Math.min(taken, lumaBytes - at)
        if (ofLuma > 0) luma.set(bytes.subarray(from, from + ofLuma), at)
        at += taken
        from += taken
        if (at < frameBytes) return
        at = 0
        const whole = luma
        luma = ownMemory(lumaBytes)
        onFrame({ width, height, luma: whole, atMs })
      }
    },
    get partBytes() {
      return at
    },
  }
}

/** Not cleared, since all of it is written, and shared with nothing, so that it can be transferred. */
export function ownMemory(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer)
}
