/** What a camera's source delivers: raw luma, row by row, no padding. */
import type { Device, Unsubscribe } from '../../ports.ts'

export interface LumaFrame {
  /** Pixels, 1 and up; at most `framePixelsMax` in all. */
  readonly width: number
  readonly height: number
  /** width × height bytes, 0 black to 255 white. The listener may keep it: it is not written to again. */
  readonly luma: Uint8Array<ArrayBuffer>
  /** Monotonic time at which the frame's last byte arrived, milliseconds. */
  readonly atMs: number
}

/** A camera, a stream, a folder or files as frames. Only the newest frame counts: none is queued. */
export interface FrameSource extends Device {
  onFrame(listener: (frame: LumaFrame) => void): Unsubscribe
}
