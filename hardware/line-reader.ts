/**
 * Splits the bytes of a serial line into Firmata's messages, and counts the bytes that belong to none.
 * Pure, bounded; it starts anew at each command byte.
 */

export interface LineReader {
  push(bytes: Iterable<number>): void
}

export interface LineReaderOptions {
  /** Data bytes that follow a command byte; undefined: no message begins with it. */
  readonly dataBytes: (command: number) => number | undefined
  /** Longest sysex message, its start and end included. */
  readonly sysexBytesMax: number
  /** A complete message: its command byte, then bytes below 0x80, then for a sysex its end. */
  readonly onMessage: (bytes: readonly number[]) => void
  /** So many bytes in a row that are part of no message. */
  readonly onForeign: (count: number) => void
}

const sysexStart = 0xf0
const sysexEnd = 0xf7

export function createLineReader(options: LineReaderOptions): LineReader {
  const { dataBytes, sysexBytesMax, onMessage, onForeign } = options
  let message: number[] = []

  function complete(): void {
    const bytes = message
    message = []
    onMessage(bytes)
  }

  function giveUp(): void {
    const count = message.length
    message = []
    if (count > 0) onForeign(count)
  }

  function take(byte: number): void {
    const inSysex = message[0] === sysexStart
    if (byte === sysexEnd && inSysex && message.length > 1) {
      message.push(byte)
      complete()
    } else if (byte >= 0x80) {
      giveUp()
      const more = byte === sysexStart ? 1 : dataBytes(byte)
      if (more === undefined) onForeign(1)
      else message.push(byte)
      if (more === 0) complete()
    } else if (message.length === 0) {
      onForeign(1)
    } else {
      message.push(byte)
      if (!inSysex && message.length > dataBytes(message[0]!)!) complete()
      else if (inSysex && message.length >= sysexBytesMax) giveUp()
    }
  }

  return {
    push(bytes) {
      for (const byte of bytes) take(byte)
    },
  }
}
