/**
 * Strict CBOR, RFC 8949 with the core deterministic encoding of §4.2.1, read one way only: definite
 * lengths, shortest integers, ascending unique keys, bounded depth, valid UTF-8, nothing after the
 * item. No floats, no `undefined`, no integers past 2^53: our documents have none.
 */

import { compareBytes } from './bytes.ts'
import { CborWriter } from './cbor-writer.ts'
import { PassError } from './errors.ts'
import { CBOR_BYTES_MAX, CBOR_DEPTH_MAX, CBOR_ITEMS_MAX } from './limits.ts'

/** A tagged item (major type 6). */
export class CborTag {
  readonly tag: number
  readonly value: CborValue

  constructor(tag: number, value: CborValue) {
    this.tag = tag
    this.value = value
  }
}

/** Keys are integers or texts; COSE and CWT have no others. */
export type CborMap = Map<number | string, CborValue>

/** Safe integer, text, byte string, boolean, null, array, map or tag. */
export type CborValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | CborMap
  | CborTag

export interface CborReadOptions {
  /** Accept a map's keys in any order, as foreign messages may have them. Default false. */
  readonly anyKeyOrder?: boolean
}

/**
 * Reads exactly one item. Byte strings in the result are views into `bytes`. Throws `MALFORMED` for
 * anything not well-formed or not deterministic, `TOO_LARGE` over a maximum of `limits.ts`.
 */
export function decodeCbor(bytes: Uint8Array, options: CborReadOptions = {}): CborValue {
  // rule C1
  if (bytes.length > CBOR_BYTES_MAX) throw new PassError('TOO_LARGE', 'CBOR: too many bytes')
  const reader = new CborReader(bytes, options.anyKeyOrder === true)
  const value = reader.item(1)
  // rule C12
  if (reader.at !== bytes.length) throw malformed('bytes after the item', reader.at)
  // rule C13
  return value
}

/**
 * Writes a value deterministically: map keys are sorted by their encoded bytes. Throws
 * `INVALID_ARGUMENT` for what the reader would refuse: other numbers, types or depths.
 */
export function encodeCbor(value: CborValue): Uint8Array {
  const writer = new CborWriter()
  write(writer, value, 1)
  return writer.finish()
}

function malformed(what: string, at: number): PassError {
  return new PassError('MALFORMED', `CBOR: ${what} at byte ${at}`)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Up to here a text is cheaper read byte by byte than by a call out of JavaScript. */
const SHORT_TEXT_BYTES = 24

/** The text of bytes below 128; undefined when there are others. */
function asciiOf(bytes: Uint8Array): string | undefined {
  let text = ''
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte > 127) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}

class CborReader {
  at = 0
  private items = 0
  private readonly bytes: Uint8Array
  private readonly anyKeyOrder: boolean

  constructor(bytes: Uint8Array, anyKeyOrder: boolean) {
    this.bytes = bytes
    this.anyKeyOrder = anyKeyOrder
  }

  item(depth: number): CborValue {
    // rule C2
    if (++this.items > CBOR_ITEMS_MAX) throw new PassError('TOO_LARGE', 'CBOR: too many items')
    const start = this.at
    const initial = this.bytes[start]
    // rule C3
    if (initial === undefined) throw malformed('end of input', start)
    const major = initial >> 5
    if (major === 7) return this.simple(initial, start)
    const argument = this.argument(initial & 31)
    if (major === 0) return argument
    if (major === 1) {
      // rule C6
      if (argument === Number.MAX_SAFE_INTEGER) throw malformed('integer too small', start)
      return -1 - argument
    }
    if (major === 2) return this.take(argument)
    if (major === 3) return this.text(argument)
    // rule C9
    if (depth > CBOR_DEPTH_MAX) throw new PassError('TOO_LARGE', 'CBOR: nested too deep')
    if (major === 4) return this.array(argument, depth)
    if (major === 5) return this.map(argument, depth)
    return new CborTag(argument, this.item(depth + 1))
  }

  private simple(initial: number, start: number): boolean | null {
    this.at++
    if (initial === 0xf4) return false
    if (initial === 0xf5) return true
    if (initial === 0xf6) return null
    // rule C4
    throw malformed('float or simple value', start)
  }

  /** The argument after an initial byte; only its shortest form is taken. */
  private argument(info: number): number {
    const start = this.at++
    if (info < 24) return info
    // rule C5
    if (info > 27) throw malformed('indefinite or reserved length', start)
    const size = 1 << (info - 24)
    const end = this.at + size
    // rule C3
    if (end > this.bytes.length) throw malformed('end of input', start)
    let value = 0
    while (this.at < end) value = value * 256 + (this.bytes[this.at++] as number)
    // rule C6
    if (value > Number.MAX_SAFE_INTEGER) throw malformed('integer past 2^53', start)
    const shortest = size === 1 ? value >= 24 : value >= 2 ** (4 * size)
    // rule C7
    if (!shortest) throw malformed('integer not in its shortest form', start)
    return value
  }

  private take(length: number): Uint8Array {
    const start = this.at
    // rule C3
    if (length > this.bytes.length - start) throw malformed('end of input', start)
    this.at = start + length
    return this.bytes.subarray(start, this.at)
  }

  private text(length: number): string {
    const start = this.at
    const encoded = this.take(length)
    const ascii = length <= SHORT_TEXT_BYTES ? asciiOf(encoded) : undefined
    if (ascii !== undefined) return ascii
    try {
      return utf8.decode(encoded)
    } catch (cause) {
      // rule C8
      throw new PassError('MALFORMED', `CBOR: text not UTF-8 at byte ${start}`, { cause })
    }
  }

  private array(length: number, depth: number): CborValue[] {
    // rule C9a
    if (length > this.bytes.length - this.at) throw malformed('end of input', this.at)
    const items: CborValue[] = []
    for (let i = 0; i < length; i++) items.push(this.item(depth + 1))
    return items
  }

  private map(pairs: number, depth: number): CborMap {
    // rule C9a
    if (2 * pairs > this.bytes.length - this.at) throw malformed('end of input', this.at)
    const map: CborMap = new Map()
    let previousStart = 0
    let previousEnd = 0
    for (let i = 0; i < pairs; i++) {
      const start = this.at
      const key = this.item(depth + 1)
      // rule C10
      if (typeof key !== 'number' && typeof key !== 'string') throw malformed('key type', start)
      if (this.anyKeyOrder) {
        // rule C11
        if (map.has(key)) throw malformed('key twice', start)
      } else if (i > 0 && !this.ascends(previousStart, previousEnd, start)) {
        // rule C11
        throw malformed('key twice or out of order', start)
      }
      previousStart = start
      previousEnd = this.at
      map.set(key, this.item(depth + 1))
    }
    return map
  }

  /** Whether the encoded key at `start` (up to the current place) follows the one before it. */
  private ascends(previousStart: number, previousEnd: number, start: number): boolean {
    const bytes = this.bytes
    let a = previousStart
    let b = start
    while (a < previousEnd && b < this.at) {
      const difference = (bytes[b++] as number) - (bytes[a++] as number)
      if (difference !== 0) return difference > 0
    }
    return false
  }
}

function write(writer: CborWriter, value: CborValue, depth: number): void {
  if (typeof value === 'number') writer.int(value)
  else if (typeof value === 'string') writer.text(value)
  else if (typeof value === 'boolean' || value === null) writer.simple(value)
  else if (value instanceof Uint8Array) writer.bytes(value)
  else if (depth > CBOR_DEPTH_MAX) throw new PassError('INVALID_ARGUMENT', 'CBOR: nested too deep')
  else if (value instanceof CborTag) {
    writer.tag(value.tag)
    write(writer, value.value, depth + 1)
  } else if (value instanceof Map) writeMap(writer, value, depth)
  else if (Array.isArray(value)) {
    writer.array(value.length)
    for (const item of value as readonly CborValue[]) write(writer, item, depth + 1)
  } else throw new PassError('INVALID_ARGUMENT', 'CBOR: a value of no CBOR type')
}

function writeMap(writer: CborWriter, map: CborMap, depth: number): void {
  const pairs: [key: Uint8Array, value: CborValue][] = []
  for (const [key, value] of map) {
    const keyWriter = new CborWriter(16)
    write(keyWriter, key, depth + 1)
    pairs.push([keyWriter.finish(), value])
  }
  pairs.sort(([a], [b]) => compareBytes(a, b))
  writer.map(pairs.length)
  for (const [key, value] of pairs) {
    writer.raw(key)
    write(writer, value, depth + 1)
  }
}
