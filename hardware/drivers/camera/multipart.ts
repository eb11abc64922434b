/**
 * The parts of a stream of `multipart/x-mixed-replace` (MJPEG over HTTP; the form is that of RFC
 * 2046, section 5.1). Cameras differ from it: line ends may be LF, a boundary may be given with its
 * dashes, a part may have no Content-Length. Of several parts only the newest is kept.
 */
import { partHeadBytesMax, streamPictureBytesMax } from '../../limits.ts'

/** Too long: a part without a boundary after it; the headers of a part. */
export type MultipartFault = 'ENDLESS' | 'HEADERS'

export interface MultipartParser {
  /** The newest part that these bytes made whole, or null. Of no more use after a fault. */
  push(bytes: Uint8Array): Uint8Array<ArrayBuffer> | MultipartFault | null
}

type Place =
  | { readonly in: 'gap' }
  | { readonly in: 'head' }
  | { readonly in: 'body'; readonly bytes: number | null }

const CR = 13
const LF = 10
const FIRST_BYTES = 65_536

/** `boundary` as the answer's Content-Type has it. Memory: two parts at most. */
export function createMultipartParser(boundary: string): MultipartParser {
  const mark = Buffer.from(boundary.startsWith('--') ? boundary : `--${boundary}`, 'latin1')
  let held = Buffer.allocUnsafeSlow(FIRST_BYTES)
  let length = 0
  /** Up to here there is surely no mark. */
  let searched = 0
  let place: Place = { in: 'gap' }
  /** Bytes since the last part or mark. */
  let gapBytes = 0
  let newest: Uint8Array<ArrayBuffer> | null = null

  function append(bytes: Uint8Array): void {
    if (length + bytes.length > held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(held.length * 2, length + bytes.length))
      held.copy(larger, 0, 0, length)
      held = larger
    }
    held.set(bytes, length)
    length += bytes.length
  }

  function drop(bytes: number): void {
    held.copyWithin(0, bytes, length)
    length -= bytes
    searched = 0
  }

  function findMark(): number {
    const at = held.subarray(0, length).indexOf(mark, searched)
    if (at < 0) searched = Math.max(0, length - mark.length + 1)
    return at
  }

  function endGap(): boolean {
    const at = findMark()
    if (at < 0) {
      gapBytes += searched
      drop(searched)
      return false
    }
    gapBytes = 0
    drop(at + mark.length)
    place = { in: 'head' }
    return true
  }

  function endHead(): boolean {
    const end = headEnd(held, length)
    if (end === null) return false
    const found = /^content-length:[ \t]*(\d{1,9})[ \t]*$/im.exec(held.toString('latin1', 0, end))
    place = { in: 'body', bytes: found === null ? null : Number(found[1]) }
    drop(end)
    return true
  }

  function endBody(bytes: number | null): boolean {
    const end = bytes ?? findMark()
    if (end < 0 || end > length) return false
    newest = new Uint8Array(held.subarray(0, bytes === null ? trimmed(held, end) : end))
    drop(end)
    place = { in: 'gap' }
    return true
  }

  function step(): boolean {
    if (place.in === 'gap') return endGap()
    return place.in === 'head' ? endHead() : endBody(place.bytes)
  }

  return {
    push(bytes) {
      append(bytes)
      newest = null
      while (step()) {
        if (place.in === 'body' && (place.bytes ?? 0) > streamPictureBytesMax) return 'ENDLESS'
      }
      if (place.in === 'head' && length > partHeadBytesMax) return 'HEADERS'
      const unended = place.in === 'gap' ? gapBytes : length
      if (place.in !== 'head' && unended > streamPictureBytesMax) return 'ENDLESS'
      return newest
    },
  }
}

/** Where the empty line after a part's headers ends, or null while it has not come. */
function headEnd(bytes: Buffer, length: number): number | null {
  let lineStart = bytes.indexOf(LF) + 1
  if (lineStart === 0 || lineStart > length) return null
  for (;;) {
    const lineEnd = bytes.indexOf(LF, lineStart)
    if (lineEnd < 0 || lineEnd >= length) return null
    const isEmpty = lineEnd === lineStart || (lineEnd === lineStart + 1 && bytes[lineStart] === CR)
    if (isEmpty) return lineEnd + 1
    lineStart = lineEnd + 1
  }
}

/** `end` without the line end that belongs to the boundary after it. */
function trimmed(bytes: Buffer, end: number): number {
  if (end === 0 || bytes[end - 1] !== LF) return end
  return end > 1 && bytes[end - 2] === CR ? end - 2 : end - 1
}
