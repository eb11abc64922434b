/**
 * Reports of an HID POS barcode scanner (USB HID usage page 0x8C) to texts. Pure.
 *
 * A report has 64 bytes: `[0]` report id 2, `[1]` number of data bytes up to 56, `[2..4]` AIM
 * identifier, `[5..60]` data, `[61]` symbology, `[63]` bit 0 set when more reports follow. Reports
 * of one code are joined. A broken report, too long a pause or too long a code drops it whole: what
 * comes after is its rest, up to a report without "more", or until nothing came for 5 s.
 */
import { codePauseMs, frameBytesMax, restQuietMs } from '../limits.ts'
import type { ReadFault } from '../ports.ts'
import { frameText } from './frame-text.ts'
import type { Frame } from './scanner-frame.ts'

/** Turns reports that arrived at a monotonic time in milliseconds into codes. */
export interface HidDecoder {
  push(report: Uint8Array, atMs: number): Frame[]
  /** When `idle` is to be called, or null. */
  readonly idleAtMs: number | null
  idle(atMs: number): Frame[]
  flush(): void
}

export const hidPosUsagePage = 0x8c

const reportBytes = 64
const reportId = 0x02
const dataMax = 56
const dataFrom = 5
const moreAt = 63

export interface HidDecoderOptions {
  /** Longest pause in a code, 50 to 2000 ms. */
  readonly pauseMs?: number | undefined
  /** A code came in part and was dropped: so many bytes of data, or keys. */
  readonly onDropped?: (fault: ReadFault, bytes: number) => void
}

export function isPosReport(report: Uint8Array): boolean {
  const length = report[1] ?? 0
  return report.length === reportBytes && report[0] === reportId && length <= dataMax
}

export function createHidPosDecoder(options: HidDecoderOptions = {}): HidDecoder {
  const { pauseMs = codePauseMs, onDropped = () => {} } = options
  let parts: number[] = []
  /** `rest`: what comes belongs to a code that was dropped. */
  let place: 'between' | 'within' | 'rest' = 'between'
  let restBytes = 0
  let lastMs = 0

  function begin(next: typeof place): void {
    if (restBytes > 0) onDropped('REST', restBytes)
    restBytes = 0
    parts = []
    place = next
  }

  function drop(fault: ReadFault, bytes: number): void {
    if (place === 'rest') {
      restBytes += bytes
      return
    }
    onDropped(fault, bytes)
    begin('rest')
  }

  function look(atMs: number): void {
    if (place === 'within' && atMs - lastMs > pauseMs) drop('CUT', parts.length)
    if (place === 'rest' && atMs - lastMs >= restQuietMs) begin('between')
  }

  function complete(atMs: number): Frame[] {
    const bytes = parts.length
    const text = frameText(Uint8Array.from(stripEnd(parts)))
    begin('between')
    if (text !== null) return [{ text, lastByteMs: atMs }]
    onDropped('BROKEN', bytes)
    return []
  }

  return {
    push(report, atMs) {
      look(atMs)
      lastMs = atMs
      if (!isPosReport(report)) {
        drop('BROKEN', parts.length + report.length)
        return []
      }
      const length = report[1] ?? 0
      const more = ((report[moreAt] ?? 0) & 1) === 1
      if (place === 'rest') restBytes += length
      else parts.push(...report.subarray(dataFrom, dataFrom + length))
      if (parts.length > frameBytesMax) drop('TOO_LONG', parts.length)
      if (place === 'rest') {
        if (!more) begin('between')
        return []
      }
      place = 'within'
      return more ? [] : complete(atMs)
    },
    get idleAtMs() {
      return place === 'within' ? lastMs + pauseMs + 1 : null
    },
    idle(atMs) {
      look(atMs)
      return []
    },
    flush() {
      if (place === 'within') onDropped('CUT', parts.length)
      begin('between')
    },
  }
}

/** Scanners may be set to add CR or LF in this mode too. */
function stripEnd(bytes: readonly number[]): readonly number[] {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 0x0d || bytes[end - 1] === 0x0a)) end -= 1
  return bytes.slice(0, end)
}
