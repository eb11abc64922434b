/**
 * What goes out on one line: in small pieces, each after the one before was taken, so that a slow or
 * a stopped terminal holds a bounded amount of memory and nothing else waits for it.
 */
import { OUTPUT_BYTES_LOW, OUTPUT_BYTES_MAX, OUTPUT_PIECE_BYTES } from './limits.ts'

export interface LineWriter {
  /** Never throws; what does not fit is dropped. */
  write(text: string): void
  /** Resolves when little is on its way, or the line has gone. */
  drained(): Promise<void>
  /** Drops what waits. */
  clear(): void
}

/** `send` resolves when the bytes were handed on; it may reject when the line is gone. */
export function createLineWriter(send: (bytes: Uint8Array) => Promise<void>): LineWriter {
  let waiting = Buffer.alloc(0)
  /** Of the line at hand: one that never answered is left to itself. */
  let sending: symbol | undefined
  let listeners: (() => void)[] = []

  function tell(): void {
    const told = listeners
    listeners = []
    for (const one of told) one()
  }

  async function flush(): Promise<void> {
    if (sending !== undefined) return
    const mine = Symbol('flush')
    sending = mine
    while (waiting.length > 0 && sending === mine) {
      const piece = waiting.subarray(0, OUTPUT_PIECE_BYTES)
      waiting = waiting.subarray(piece.length)
      try {
        await send(piece)
      } catch {
        if (sending === mine) waiting = Buffer.alloc(0)
      }
      if (waiting.length <= OUTPUT_BYTES_LOW) tell()
    }
    if (sending === mine) sending = undefined
  }

  return {
    write(text) {
      const bytes = Buffer.from(text)
      if (waiting.length + bytes.length > OUTPUT_BYTES_MAX) return
      waiting = Buffer.concat([waiting, bytes])
      void flush()
    },
    drained() {
      if (waiting.length <= OUTPUT_BYTES_LOW) return Promise.resolve()
      return new Promise(resolve => listeners.push(resolve))
    },
    clear() {
      waiting = Buffer.alloc(0)
      sending = undefined
      tell()
    },
  }
}
