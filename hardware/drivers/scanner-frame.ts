/**
 * Cuts a scanner's byte stream into codes. Pure: bytes and times in, texts out.
 *
 * CR, LF or CRLF ends a frame, and so does an idle line, for scanners set to no suffix. Once a
 * line's scanner is known to send suffixes, a frame without one was cut off: after a longer wait,
 * since this program may have been held up, it gives nothing. A frame of
 * over 4 KB is dropped up to its end, so that noise never grows memory and the next code is read.
 * Bytes that no code of ours can hold make the whole frame unreadable: a frame with one wrong byte
 * must give nothing rather than a text that was never shown.
 */
import { cutOffMsMin, frameBytesMax, frameIdleMsMin } from '../limits.ts'

/** One frame's text and the monotonic time of its last byte, milliseconds. */
export interface Frame {
  readonly text: string
  readonly lastByteMs: number
}

export interface FrameParser {
  /** Takes bytes that arrived at `atMs`; returns the frames they completed. */
  push(bytes: Uint8Array, atMs: number): Frame[]
  /** Ends a frame that has been idle long enough; call at `idleAtMs`. */
  idle(atMs: number): Frame[]
  /** When an unfinished frame will be over by idling, or null when there is none. */
  readonly idleAtMs: number | null
  /** Forgets an unfinished frame: the port was opened again. */
  flush(): void
}

const cr = 0x0d
const lf = 0x0a

/** Idle time that ends a frame: 30 byte times, never below 50 ms, or 250 ms to give one up. */
export function frameIdleMs(baudRate: number, suffixKnown = false): number {
  return Math.max(suffixKnown ? cutOffMsMin : frameIdleMsMin, (30 * 10 * 1000) / baudRate)
}

export interface FrameParserOptions {
  /** Bits per second, for the idle time. */
  readonly baudRate: number
  /** `required`: only CR, LF or CRLF ends a code. Default `learn`: from the first suffix seen. */
  readonly suffix?: 'required' | 'learn'
}

export function createFrameParser({ baudRate, suffix }: FrameParserOptions): FrameParser {
  const idleMs = () => frameIdleMs(baudRate, suffixSeen)
  const bytes = new Uint8Array(frameBytesMax)
  let length = 0
  let tooLong = false
  let suffixSeen = suffix === 'required'
  let lastByteMs = 0

  function finish(into: Frame[], how: 'suffix' | 'idle'): void {
    const cutOff = how === 'idle' && suffixSeen
    const text = tooLong || cutOff ? null : frameText(bytes.subarray(0, length))
    if (how === 'suffix') suffixSeen = true
    length = 0
    tooLong = false
    if (text !== null) into.push({ text, lastByteMs })
  }

  return {
    push(chunk, atMs) {
      const frames: Frame[] = []
      if ((length > 0 || tooLong) && atMs - lastByteMs >= idleMs()) finish(frames, 'idle')
      for (const byte of chunk) {
        lastByteMs = atMs
        if (byte === cr || byte === lf) finish(frames, 'suffix')
        else if (length < frameBytesMax) bytes[length++] = byte
        else tooLong = true
      }
      return frames
    },
    idle(atMs) {
      const frames: Frame[] = []
      if ((length > 0 || tooLong) && atMs - lastByteMs >= idleMs()) finish(frames, 'idle')
      return frames
    },
    get idleAtMs() {
      return length > 0 || tooLong ? lastByteMs + idleMs() : null
    },
    flush() {
      length = 0
      tooLong = false
    },
  }
}

const aimId = /^\][A-Za-z][0-9A-Za-z]/
const eciMark = /^\\[0-9]{6}/

/**
 * The code's text: an AIM identifier (`]Q1`, ISO/IEC 15424) and an ECI marker (`\000026`, AIM
 * ITS/04-023) before it and blanks around it removed. Null for an empty frame or one that is not
 * printable ASCII.
 */
export function frameText(bytes: Uint8Array): string | null {
  for (const byte of bytes) {
    if (byte !== 0x09 && (byte < 0x20 || byte > 0x7e)) return null
  }
  const raw = Buffer.from(bytes).toString('latin1')
  const text = raw.trim().replace(aimId, '').replace(eciMark, '').trim()
  return text === '' ? null : text
}
