/**
 * Where short byte strings are put. V8 keeps an array of more than 64 bytes outside of its heap, and to make one
 * takes 0.3 to 0.8 µs, as long as to read an envelope; a part of a chunk takes 0.03 µs.
 */

/** Zeros in an array of their own. */
export function ownBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length)
}

/** One chunk serves some twenty codes; longer arrays are their own. */
const CHUNK_BYTES = 16_384
const PART_BYTES_MAX = 1024
let chunk = new Uint8Array(0)
let used = 0

/**
 * Zeros for what lives as long as one pass is worked on; up to `PART_BYTES_MAX` they are part of a chunk, and
 * no part is given out twice. Who keeps one keeps its whole chunk, so keep a copy, and never its `buffer`.
 */
export function briefBytes(length: number): Uint8Array<ArrayBuffer> {
  if (length > PART_BYTES_MAX) return ownBytes(length)
  if (used + length > chunk.length) {
    chunk = new Uint8Array(CHUNK_BYTES)
    used = 0
  }
  used += length
  return chunk.subarray(used - length, used)
}
