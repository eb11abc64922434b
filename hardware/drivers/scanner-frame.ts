/**
 * Cuts a scanner's byte stream into codes. Pure: bytes and times in, texts out.
 *
 * CR, LF or CRLF ends a code. TAB, EOT, ETX, GS or NUL does once two codes in a row had it before a
 * pause, or where the config names it. For scanners without a suffix only a pause does: then the two
 * halves of a code with a pause in its middle look like two codes. Once a scanner is known to send
 * suffixes, a code is taken whole or dropped: after a pause that is too long its head is dropped, and
 * what comes next is its rest up to the next suffix, or until the line was quiet for 5 s. A code of
 * over 4 KB is dropped up to its end. A byte that no code can hold makes the whole code unreadable:
 * one wrong byte must give nothing rather than a text that was never presented. What is around a
 * code is judged in frame-shape.ts. Each byte that came and made no code is told, with its reason.
 */
import {
  codePauseMs,
  codePauseMsMax,
  codePauseMsMin,
  frameBytesMax,
  frameIdleMsMin,
  restQuietMs,
  trailingBytesMax,
  unendedMax,
} from '../limits.ts'
import type { ReadFault } from '../ports.ts'
import {
  closesStx,
  createFrameShapes,
  type FrameEnd,
  isSuffixByte,
  type SuffixName,
  stx,
  suffixBytes,
} from './frame-shape.ts'
import { isPrintable } from './frame-text.ts'

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
  /**
   * What ends a code. `required`: CR, LF or CRLF and no pause; a name: that byte too; `none`: a
   * pause. Default `learn`: what was seen, and a pause until then.
   */
  readonly suffix?: 'learn' | 'required' | 'none' | SuffixName
  /** What the scanner was set to send before each code, 1 to 20 printable characters. */
  readonly prefix?: string | undefined
  /** Longest pause in a code, 50 to 2000 ms. Default: 500 with a suffix, 50 without. */
  readonly pauseMs?: number | undefined
  /** A code came in part and was dropped, or bytes of none: so many bytes, suffixes not counted. */
  readonly onDropped?: (fault: ReadFault, bytes: number) => void
}

/** What a scanner is known to end its codes with; null: nothing is known, or there is nothing. */
type Known = 'line' | number | null

export function createFrameParser(options: FrameParserOptions): FrameParser {
  const { baudRate, suffix = 'learn', pauseMs, onDropped = () => {} } = options
  const learns = suffix === 'learn'
  const shapes = createFrameShapes(options.prefix)
  const gapMs = frameIdleMs(baudRate)
  const idleMs = () => frameIdleMs(baudRate, known !== null, pauseMs)
  const bytes = new Uint8Array(frameBytesMax)
  let length = 0
  let known: Known = knownFrom(suffix)
  let lastByteMs = 0
  /** What comes is the rest of a code that was dropped, until the line was quiet for so long. */
  let restMs: number | null = null
  let restBytes = 0
  /** Codes in a row that a pause ended though a suffix is known. */
  let unended = 0
  /** Suffix bytes after a code's end that may belong to it: `CR LF ETX`. Null: a code began. */
  let trailing: number[] | null = null
  let usualTrailing: readonly number[] = []
  /** A code that is taken if ETX or EOT follows. */
  let held: (Frame & { readonly bytes: number }) | null = null

  const waits = () => held !== null || (trailing?.length ?? 0) > 0

  function drop(fault: ReadFault, count: number): void {
    if (count > 0) onDropped(fault, count)
  }

  function dropHeld(): void {
    drop('BROKEN', held?.bytes ?? 0)
    held = null
  }

  function finish(end: FrameEnd, into: Frame[]): void {
    const count = length
    length = 0
    const code = count > frameBytesMax ? null : shapes.read(bytes.subarray(0, count), end)
    if (code?.sure === 'yes') into.push({ text: code.text, lastByteMs })
    else if (code?.sure === 'ifEtx') held = { text: code.text, lastByteMs, bytes: count }
    else drop(count > frameBytesMax ? 'TOO_LONG' : 'BROKEN', count)
    if (learns && end === 'pause') known = code?.suffix ?? null
  }

  function suffixCame(end: 'line' | number, into: Frame[]): void {
    if (length > 0 || restMs !== null) {
      if (learns) known = end
      unended = 0
    }
    finish(end, into)
    endRest()
    trailing ??= []
  }

  function endRest(): void {
    drop('REST', restBytes)
    restBytes = 0
    restMs = null
  }

  /** A code had no suffix. After some in a row the scanner sends none, or another. */
  function noSuffix(): void {
    unended += 1
    if (!learns || unended < unendedMax) return
    unended = 0
    known = null
    restMs = null
  }

  function pauseCame(into: Frame[]): void {
    if (known === null) {
      finish('pause', into)
      return
    }
    const tooLong = length > frameBytesMax
    const isHead = tooLong || bytes.subarray(0, length).some(isPrintable)
    drop(tooLong ? 'TOO_LONG' : isHead ? 'CUT' : 'BROKEN', length)
    length = 0
    if (!isHead) return
    restMs = restQuietMs
    noSuffix()
  }

  function look(atMs: number, into: Frame[]): void {
    const quietMs = atMs - lastByteMs
    if (quietMs >= gapMs) {
      dropHeld()
      if (trailing !== null && trailing.length > 0) usualTrailing = trailing
      trailing = null
    }
    if (length > 0 && quietMs >= idleMs()) pauseCame(into)
    if (restBytes > 0 && quietMs >= idleMs()) {
      drop('REST', restBytes)
      restBytes = 0
      noSuffix()
    }
    if (restMs !== null && quietMs >= restMs) restMs = null
  }

  /** A suffix byte after a code's end: the rest of the suffix, or the next code's damaged begin. */
  function trailed(byte: number, after: number[], into: Frame[]): void {
    after.push(byte)
    if (held !== null && closesStx(byte))
      into.push({ text: held.text, lastByteMs: held.lastByteMs })
    else dropHeld()
    held = null
  }

  function beginCode(byte: number): void {
    dropHeld()
    const after = trailing ?? []
    trailing = null
    if (byte === stx || after.every((one, at) => one === usualTrailing[at])) return
    for (const one of after) bytes[length++] = one
  }

  return {
    push(chunk, atMs) {
      const frames: Frame[] = []
      look(atMs, frames)
      for (const byte of chunk) {
        lastByteMs = atMs
        if (byte === cr || byte === lf) suffixCame('line', frames)
        else if (byte === known) suffixCame(byte, frames)
        else if (restMs !== null) restBytes += 1
        else if (trailing !== null && isSuffixByte(byte) && trailing.length < trailingBytesMax) {
          trailed(byte, trailing, frames)
        } else {
          if (trailing !== null) beginCode(byte)
          if (length < frameBytesMax) bytes[length] = byte
          length += 1
        }
      }
      return frames
    },
    idle(atMs) {
      const frames: Frame[] = []
      look(atMs, frames)
      return frames
    },
    get idleAtMs() {
      if (waits()) return lastByteMs + gapMs
      return length > 0 || restBytes > 0 ? lastByteMs + idleMs() : null
    },
    flush(restMayCome = false) {
      dropHeld()
      drop('REST', restBytes)
      drop(length > frameBytesMax ? 'TOO_LONG' : 'CUT', length)
      if (!restMayCome) restMs = null
      else if (length > 0 && known !== null) restMs = idleMs()
      length = 0
      restBytes = 0
      trailing = null
    },
  }
}

function knownFrom(suffix: NonNullable<FrameParserOptions['suffix']>): Known {
  if (suffix === 'learn' || suffix === 'none') return null
  return suffix === 'required' ? 'line' : suffixBytes[suffix]
}
