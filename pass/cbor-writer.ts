/**
 * Writes CBOR (RFC 8949) item by item into one growing buffer, always in the shortest form. The
 * caller announces a map's size and gives its keys in deterministic order (§4.2.1); `encodeCbor` does
 * that for values of any shape.
 */

import { briefBytes } from './brief-bytes.ts'
import { PassError } from './errors.ts'

const utf8 = new TextEncoder()

/** Room for anything a pass is made of; longer items get buffers of their own. */
const SCRATCH_BYTES = 512

/** Text up to so long is written here where it is ASCII: an encoder's call costs more. */
const SHORT_CHARS = 24

/** Passes are made of many short items: one buffer serves them in turn, and none is held twice. */
let idleScratch: Uint8Array | undefined

/** An append-only buffer of CBOR items. `finish` gives the bytes written. */
export class CborWriter {
  private buffer: Uint8Array
  private length = 0

  /** `capacity` in bytes: a good guess saves a copy, a wrong one costs only that. */
  constructor(capacity = 256) {
    this.buffer = takeBuffer(capacity)
  }

  /** Initial byte and argument in the shortest form; `argument` is a safe non-negative integer. */
  private head(major: number, argument: number): void {
    const size = argument < 24 ? 1 : argument < 0x100 ? 2 : argument < 0x10000 ? 3 : 5
    this.reserve(argument > 0xffff_ffff ? 9 : size)
    const buffer = this.buffer
    const type = major << 5
    let at = this.length
    if (size === 1) buffer[at++] = type | argument
    else if (size === 2) {
      buffer[at++] = type | 24
      buffer[at++] = argument
    } else if (size === 3) {
      buffer[at++] = type | 25
      buffer[at++] = argument >>> 8
      buffer[at++] = argument & 0xff
    } else {
      const wide = argument > 0xffff_ffff
      buffer[at++] = type | (wide ? 27 : 26)
      if (wide) at = writeWord(buffer, at, Math.floor(argument / 2 ** 32))
      at = writeWord(buffer, at, argument)
    }
    this.length = at
  }

  private reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.buffer.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.buffer.length))
    larger.set(this.buffer.subarray(0, this.length))
    this.buffer = larger
  }

  /** A safe integer of either sign. Throws `INVALID_ARGUMENT` for any other number. */
  int(value: number): this {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw new PassError('INVALID_ARGUMENT', 'CBOR: only safe integers')
    }
    if (value >= 0) this.head(0, value)
    else this.head(1, -1 - value)
    return this
  }

  bytes(value: Uint8Array): this {
    this.head(2, value.length)
    return this.raw(value)
  }

  /** Text as UTF-8. Throws `INVALID_ARGUMENT` for a lone surrogate, which has no UTF-8. */
  text(value: string): this {
    // `TextEncoder` would write a replacement for half a character.
    if (!value.isWellFormed()) throw new PassError('INVALID_ARGUMENT', 'CBOR: text not Unicode')
    if (value.length <= SHORT_CHARS && this.ascii(value)) return this
    const encoded = utf8.encode(value)
    this.head(3, encoded.length)
    return this.raw(encoded)
  }

  /** False, with nothing written, where a character needs more than a byte. */
  private ascii(value: string): boolean {
    const before = this.length
    this.head(3, value.length)
    this.reserve(value.length)
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i)
      if (unit > 0x7f) {
        this.length = before
        return false
      }
      this.buffer[this.length++] = unit
    }
    return true
  }

  array(items: number): this {
    this.head(4, items)
    return this
  }

  map(pairs: number): this {
    this.head(5, pairs)
    return this
  }

  tag(number: number): this {
    this.head(6, number)
    return this
  }

  /** `false`, `true` or `null`: simple values 20, 21, 22. */
  simple(value: boolean | null): this {
    this.head(7, value === null ? 22 : value ? 21 : 20)
    return this
  }

  /** Bytes that already are CBOR. */
  raw(encoded: Uint8Array): this {
    this.reserve(encoded.length)
    this.buffer.set(encoded, this.length)
    this.length += encoded.length
    return this
  }

  /** All bytes written. The writer isn't used after this. */
  finish(): Uint8Array {
    const { buffer, length } = this
    if (buffer.length !== SCRATCH_BYTES)
      return length === buffer.length ? buffer : buffer.slice(0, length)
    idleScratch = buffer
    return buffer.slice(0, length)
  }

  /** As `finish`, as brief bytes (brief-bytes.ts): for what is signed or checked and then forgotten. */
  finishBriefly(): Uint8Array {
    const { buffer, length } = this
    if (buffer.length !== SCRATCH_BYTES) return this.finish()
    idleScratch = buffer
    const bytes = briefBytes(length)
    bytes.set(buffer.subarray(0, length))
    return bytes
  }
}

/** The lowest 32 bits of a safe integer, the highest byte first; gives the place behind them. */
function writeWord(buffer: Uint8Array, at: number, value: number): number {
  buffer[at] = value >>> 24
  buffer[at + 1] = value >>> 16
  buffer[at + 2] = value >>> 8
  buffer[at + 3] = value
  return at + 4
}

function takeBuffer(capacity: number): Uint8Array {
  if (capacity > SCRATCH_BYTES) return new Uint8Array(capacity)
  const buffer = idleScratch ?? new Uint8Array(SCRATCH_BYTES)
  idleScratch = undefined
  return buffer
}
