/**
 * rpicam-vid (Raspberry Pi OS, package rpicam-apps) as a camera. It has no gray output; of YUV 4:2:0
 * the luma comes first. The camera's hardware pads each row to a multiple of 64 bytes, and the
 * program writes the rows as they are, so only widths without padding are taken.
 */
import type { RawLayout } from './raw-frames.ts'

export interface RpicamConfig {
  readonly type: 'rpicam'
  /** Pixels: a multiple of 64. */
  readonly width: number
  /** Pixels: even. */
  readonly height: number
  /** Frames a second, 1 to 60. */
  readonly fps: number
}

export function rpicamArgs({ width, height, fps }: RpicamConfig): string[] {
  return [
    ...['-t', '0', '-n', '--codec', 'yuv420', '--flush'],
    ...['--width', `${width}`, '--height', `${height}`, '--framerate', `${fps}`, '-o', '-'],
  ]
}

/** Throws RangeError for a size whose rows or colours would be padded. */
export function rpicamLayout({ width, height }: RpicamConfig): RawLayout {
  if (width % ROW_BYTES !== 0 || height % 2 !== 0) {
    throw new RangeError(`${width}x${height}: rpicam takes a width of n × 64 and an even height`)
  }
  return { width, height, frameBytes: (width * height * 3) / 2 }
}

const ROW_BYTES = 64
