/**
 * Reports of an HID POS barcode scanner (USB HID usage page 0x8C) to texts. Pure.
 *
 * A report has 64 bytes: `[0]` report id 2, `[1]` number of data bytes up to 56, `[2..4]` AIM
 * identifier, `[5..60]` data, `[61]` symbology, `[63]` bit 0 set when more reports follow. Reports
 * of one code are joined; a broken report or a pause between them gives the code up.
 */
import { frameBytesMax } from '../limits.ts'
import { type Frame, frameText } from './scanner-frame.ts'

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
/** Longest pause between two reports of one code. */
const pauseMsMax = 500

export function createHidPosDecoder(): HidDecoder {
  let parts: number[] = []
  let open = false
  let lastMs = 0

  function flush(): void {
    parts = []
    open = false
  }

  return {
    push(report, atMs) {
      if (open && atMs - lastMs > pauseMsMax) flush()
      lastMs = atMs
      const length = report[1] ?? 0
      if (report.length !== reportBytes || report[0] !== reportId || length > dataMax) {
        flush()
        return []
      }
      const wasOpen = open
      open = ((report[moreAt] ?? 0) & 1) === 1
      if (!wasOpen) parts = []
      parts.push(...report.subarray(dataFrom, dataFrom + length))
      if (parts.length > frameBytesMax) {
        flush()
        return []
      }
      if (open) return []
      const text = frameText(Uint8Array.from(stripEnd(parts)))
      flush()
      return text === null ? [] : [{ text, lastByteMs: atMs }]
    },
    idleAtMs: null,
    idle: () => [],
    flush,
  }
}

/** Scanners may be set to add CR or LF in this mode too. */
function stripEnd(bytes: readonly number[]): readonly number[] {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 0x0d || bytes[end - 1] === 0x0a)) end -= 1
  return bytes.slice(0, end)
}
