/** Buffers that go to the decoding thread and come back, so that a frame costs no new memory. */

export interface FrameBuffers {
  /** A copy of these bytes in a buffer of exactly their length. */
  copy(bytes: Uint8Array): Uint8Array<ArrayBuffer>
  /** A buffer that came back. */
  give(bytes: Uint8Array<ArrayBuffer>): void
}

/** One at the thread, one with the frame that waits, one to spare. */
const BUFFERS_MAX = 3

export function createFrameBuffers(): FrameBuffers {
  const free: Uint8Array<ArrayBuffer>[] = []
  return {
    copy(bytes) {
      // One of another size is of a camera that was set anew: it goes.
      let buffer = free.pop()
      while (buffer !== undefined && buffer.length !== bytes.length) buffer = free.pop()
      buffer ??= new Uint8Array(bytes.length)
      buffer.set(bytes)
      return buffer
    },
    give(bytes) {
      if (free.length < BUFFERS_MAX) free.push(bytes)
    },
  }
}
