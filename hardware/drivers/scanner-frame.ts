/**
 * Cuts a scanner's byte stream into codes. Pure: bytes and times in, texts out.
 *
 * CR, LF or CRLF ends a code. For scanners set to no suffix only a pause does: then the two halves
 * of a code with a pause in its middle look like two codes. Once a line's scanner is known to send
 * suffixes, a code is whole or not there: after a pause that is too long its head is dropped, and
 * what comes next is its rest up to the next suffix, or until the line was quiet for 5 s. A code of
 * over 4 KB is dropped up to its end. Bytes that no code of ours can hold make the whole code
 * unreadable: one wrong byte must give nothing rather than a text that was never shown.
 */
import {
  codePauseMs,
  codePauseMsMax,
  codePauseMsMin,
  frameBytesMax,
  frameIdleMsMin,
  restQuietMs,
} from '../limits.ts'
import type { ReadFault } from '../ports.ts'

/** One code's text and the monotonic time of its last byte, milliseconds. */
export interface Frame {
  readonly text: string
  readonly lastByteMs: number
}

export interface FrameParser {
  /** Takes bytes that arrived at `atMs`; returns the codes they completed. */
  push(bytes: Uint8Array, atMs: number): Frame[]
  /** Ends a code that has been idle long enough; call at `idleAtMs`. */
  idle(atMs: number): Frame[]
  /** When an unfinished code will be over by idling, or null when there is none. */
  readonly idleAtMs: number | null
  /** Drops an unfinished code: the device is gone. `restMayCome`: it may go on sending meanwhile. */
  flush(restMayCome?: boolean): void
}

const cr = 0x0d
const lf = 0x0a

/** The pause that ends a code without a suffix, or cuts one with: 30 byte times at least. */
export function frameIdleMs(baudRate: number, suffixKnown = false, pauseMs?: number): number {
  const wantedMs = pauseMs ?? (suffixKnown ? codePauseMs : frameIdleMsMin)
  return Math.max(wantedMs, (30 * 10 * 1000) / baudRate)
}

/** Throws RangeError for a pause that no reader may be set to. */
export function checkPause(name: string, pauseMs: number | undefined): void {
  if (pauseMs === undefined || (pauseMs >= codePauseMsMin && pauseMs <= codePauseMsMax)) return
  const range = `${codePauseMsMin} and ${codePauseMsMax} ms`
  throw new RangeError(`${name}: a pause of ${pauseMs} ms in a code is not between ${range}`)
}

export interface FrameParserOptions {
  /** Bits per second, for the idle time. */
  readonly baudRate: number
  /** `required`: only CR, LF or CRLF ends a code. Default `learn`: from the first suffix seen. */
  readonly suffix?: 'required' | 'learn'
  /** Longest pause in a code, 50 to 2000 ms. Default: 500 with a suffix, 50 without. */
  readonly pauseMs?: number | undefined
  /** A code came in part and was dropped. */
  readonly onDropped?: (fault: ReadFault) => void
}

export function createFrameParser(options: FrameParserOptions): FrameParser {
  const { baudRate, suffix, pauseMs, onDropped = () => {} } = options
  const idleMs = () => frameIdleMs(baudRate, suffixSeen, pauseMs)
  const bytes = new Uint8Array(frameBytesMax)
  let length = 0
  let tooLong = false
  let suffixSeen = suffix === 'required'
  let lastByteMs = 0
  /** What comes is the rest of a code that was dropped, until the line was quiet for so long. */
  let restMs: number | null = null

  const begun = () => length > 0 || tooLong

  function forget(): void {
    length = 0
    tooLong = false
  }

  function finish(into: Frame[]): void {
    const text = tooLong ? null : frameText(bytes.subarray(0, length))
    if (text !== null) into.push({ text, lastByteMs })
    else if (begun()) onDropped(tooLong ? 'TOO_LONG' : 'BROKEN')
    forget()
  }

  function suffixCame(into: Frame[]): void {
    finish(into)
    suffixSeen = true
    restMs = null
  }

  function pauseCame(into: Frame[]): void {
    if (!suffixSeen) {
      finish(into)
      return
    }
    const isHead = tooLong || bytes.subarray(0, length).some(isPrintable)
    onDropped(tooLong ? 'TOO_LONG' : isHead ? 'CUT' : 'BROKEN')
    if (isHead) restMs = restQuietMs
    forget()
  }

  function look(atMs: number, into: Frame[]): void {
    if (begun() && atMs - lastByteMs >= idleMs()) pauseCame(into)
    if (restMs !== null && atMs - lastByteMs >= restMs) restMs = null
  }

  return {
    push(chunk, atMs) {
      const frames: Frame[] = []
      look(atMs, frames)
      for (const byte of chunk) {
        lastByteMs = atMs
        if (byte === cr || byte === lf) suffixCame(frames)
        else if (restMs !== null) continue
        else if (length < frameBytesMax) bytes[length++] = byte
        else tooLong = true
      }
      return frames
    },
    idle(atMs) {
      const frames: Frame[] = []
      look(atMs, frames)
      return frames
    },
    get idleAtMs() {
      return begun() ? lastByteMs + idleMs() : null
    },
    flush(restMayCome = false) {
      if (begun()) onDropped(tooLong ? 'TOO_LONG' : 'CUT')
      if (!restMayCome) restMs = null
      else if (begun() && suffixSeen) restMs = idleMs()
      forget()
    },
  }
}

const isPrintable = (byte: number) => byte >= 0x20 && byte <= 0x7e
const aimId = /^\][A-Za-z][0-9A-Za-z]/
const eciMark = /^\\[0-9]{6}/

const byteOrderMark = [0xef, 0xbb, 0xbf]

/**
 * The code's text: a byte order mark, an AIM identifier (`]Q1`, ISO/IEC 15424) and an ECI marker
 * (`\000026`, AIM ITS/04-023) before it and blanks around it removed, in this order and each once.
 * Null for an empty frame or one that is not printable ASCII: section 2 of pass/specification.md.
 */
export function frameText(frame: Uint8Array): string | null {
  const marked = byteOrderMark.every((byte, at) => frame[at] === byte)
  // rule A1
  const bytes = marked ? frame.subarray(byteOrderMark.length) : frame
  // rule A2
  for (const byte of bytes) {
    if (byte !== 0x09 && !isPrintable(byte)) return null
  }
  const raw = Buffer.from(bytes).toString('latin1')
  // rules A3 A4 A5
  const text = raw.trim().replace(aimId, '').replace(eciMark, '').trim()
  // rules A6 A7
  return text === '' ? null : text
}
