/**
 * CBOR as a tree that can be spoilt: unlike `pass/cbor.ts` it also writes what no reader may take,
 * such as heads longer than need be, keys twice, floats and texts that aren't UTF-8.
 */

import { compareBytes, concatBytes } from '../../pass/bytes.ts'
import { type CborMap, CborTag, type CborValue, decodeCbor } from '../../pass/cbor.ts'

/** One item. `wide` adds that many steps to the size of its head, `open` leaves its length out. */
export interface Item {
  body: Body
  wide?: number
  open?: boolean
}

export type Body =
  | { kind: 'int'; value: bigint }
  | { kind: 'bytes'; value: Uint8Array }
  /** A byte string that holds an item. */
  | { kind: 'inside'; item: Item }
  | { kind: 'text'; value: Uint8Array }
  | { kind: 'array'; items: Item[] }
  | { kind: 'map'; pairs: [key: Item, value: Item][] }
  | { kind: 'tag'; number: bigint; item: Item }
  /** Bytes of a simple value, a float, or nonsense. */
  | { kind: 'raw'; bytes: Uint8Array }

/** What `itemOf` takes beside the values of `pass/cbor.ts`: items, and integers of any size. */
export type Value = CborValue | bigint | Item | readonly Value[] | Map<number | string, Value>

const utf8 = new TextEncoder()

/** An item of a value; keys of maps in order. */
export function itemOf(value: Value): Item {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return { body: { kind: 'int', value: BigInt(value) } }
  }
  if (typeof value === 'string') return { body: { kind: 'text', value: utf8.encode(value) } }
  if (value === null) return rawOf(0xf6)
  if (typeof value === 'boolean') return rawOf(value ? 0xf5 : 0xf4)
  if (value instanceof Uint8Array) return { body: { kind: 'bytes', value } }
  if (Array.isArray(value)) return { body: { kind: 'array', items: value.map(itemOf) } }
  if (value instanceof CborTag) {
    return { body: { kind: 'tag', number: BigInt(value.tag), item: itemOf(value.value) } }
  }
  if (value instanceof Map) return mapItem(value)
  return value as Item
}

function mapItem(map: Map<number | string, Value> | CborMap): Item {
  const pairs = [...map].map(([key, value]): [Item, Item] => [itemOf(key), itemOf(value)])
  const encoded = new Map(pairs.map(([key]) => [key, encodeItem(key)]))
  pairs.sort(([a], [b]) => compareBytes(encoded.get(a) as Uint8Array, encoded.get(b) as Uint8Array))
  return { body: { kind: 'map', pairs } }
}

/** A map by its keys: those that are whole numbers become integers. */
export function fields(values: Readonly<Record<string, Value>>): Item {
  const pairs = Object.entries(values).map(([key, value]): [number | string, Value] => [
    /^-?\d+$/.test(key) ? Number(key) : key,
    value,
  ])
  return mapItem(new Map(pairs))
}

/** An item of bytes that are written as they are. */
export function rawOf(...bytes: number[]): Item {
  return { body: { kind: 'raw', bytes: Uint8Array.from(bytes) } }
}

/** A byte string that holds `item`. */
export function inside(item: Item): Item {
  return { body: { kind: 'inside', item } }
}

/** The tree of well-formed bytes. */
export function parseItem(bytes: Uint8Array): Item {
  return itemOf(decodeCbor(bytes, { anyKeyOrder: true }))
}

/** The bytes of an item, as it says. */
export function encodeItem({ body, wide = 0, open = false }: Item): Uint8Array {
  const headed = (major: number, count: number | bigint, ...parts: Uint8Array[]): Uint8Array =>
    open && major >= 2 && major <= 5
      ? concatBytes(Uint8Array.of((major << 5) | 31), ...parts, Uint8Array.of(0xff))
      : concatBytes(head(major, BigInt(count), wide), ...parts)
  switch (body.kind) {
    case 'int':
      return body.value >= 0n ? headed(0, body.value) : headed(1, -1n - body.value)
    case 'bytes':
      return headed(2, body.value.length, body.value)
    case 'inside': {
      const held = encodeItem(body.item)
      return headed(2, held.length, held)
    }
    case 'text':
      return headed(3, body.value.length, body.value)
    case 'array':
      return headed(4, body.items.length, ...body.items.map(encodeItem))
    case 'map':
      return headed(5, body.pairs.length, ...body.pairs.flat().map(encodeItem))
    case 'tag':
      return headed(6, body.number, encodeItem(body.item))
    case 'raw':
      return body.bytes
    default:
      return body satisfies never
  }
}

/** Initial byte and argument; `wide` steps longer than the shortest form, as far as there are. */
function head(major: number, count: bigint, wide: number): Uint8Array {
  const value = count & 0xffff_ffff_ffff_ffffn
  const shortest =
    value < 24n ? 0 : value < 0x100n ? 1 : value < 0x10000n ? 2 : value < 1n << 32n ? 3 : 4
  const step = Math.min(4, shortest + wide)
  if (step === 0) return Uint8Array.of((major << 5) | Number(value))
  const size = 1 << (step - 1)
  const out = new Uint8Array(1 + size)
  out[0] = (major << 5) | (23 + step)
  for (let i = 0; i < size; i++) out[size - i] = Number((value >> BigInt(8 * i)) & 0xffn)
  return out
}
