/** Ways to spoil a tree of CBOR in one place: fields, types, numbers, texts, forms. */

import { NOW } from '../../fixtures/passes/world.ts'
import type { Random } from '../fuzz/random.ts'
import { type Body, type Item, itemOf, rawOf, type Value } from './tree.ts'

const DAY = 86_400

/** Numbers at which some rule changes its mind. */
const NUMBERS: readonly bigint[] = [
  ...[
    0, 1, 2, 4, 7, 8, 15, 16, 23, 24, 59, 60, 255, 256, 3600, 3601, 34_816, 34_817, 65_535, 65_536,
  ],
  ...[
    NOW,
    NOW - 1,
    NOW + 120,
    NOW + 121,
    NOW + DAY,
    NOW + 90 * DAY,
    NOW * 1000,
    -1,
    -7,
    -8,
    -9,
    -19,
  ],
  ...[
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    (2 ** 32 - 1) * 1000,
    2 ** 48 - 1,
    2 ** 48,
    1_052_672,
    1_052_673,
  ],
  ...[2_097_152, 2_097_153],
]
  .map(BigInt)
  .concat([
    2n ** 53n - 1n,
    2n ** 53n,
    -(2n ** 53n) + 1n,
    -(2n ** 53n),
    2n ** 64n - 1n,
    -(2n ** 64n),
  ])

const TEXTS: readonly string[] = [
  ...[
    '',
    ' ',
    'n',
    'north',
    'north-1',
    'root',
    'issuer',
    'phone',
    'paper',
    'test',
    'tsl:0',
    'tsl:00',
  ],
  ...[
    'n'.repeat(16),
    'n'.repeat(17),
    'n'.repeat(32),
    'n'.repeat(33),
    'é'.repeat(16),
    'é'.repeat(17),
  ],
  ...['u'.repeat(256), 'u'.repeat(257), 'é'.repeat(128), 'é'.repeat(129), '😀'.repeat(8), '\u0000'],
  ...['\ufeffnorth', '北', '\uffff', 'application/vnd.wicketgate.manifest+cbor'],
]

/** Items of other types than whatever stood there. */
const OTHERS: readonly (() => Item)[] = [
  () => itemOf(0),
  () => itemOf(-1),
  () => itemOf(''),
  () => itemOf('1'),
  () => itemOf(new Uint8Array(0)),
  () => itemOf(new Uint8Array(4)),
  () => itemOf([]),
  () => itemOf(new Map<number, Value>()),
  () => itemOf(null),
  () => itemOf(true),
  () => itemOf(false),
  () => rawOf(0xf7),
  () => rawOf(0xe0),
  () => rawOf(0xf8, 0x18),
  () => rawOf(0xf9, 0x3c, 0x00),
  () => rawOf(0xfb, 0x41, 0xda, 0x5f, 0xa7, 0x00, 0x00, 0x00, 0x00),
  () => rawOf(0xff),
  () => rawOf(0x62, 0xc3, 0x28),
  () => rawOf(0x63, 0xed, 0xa0, 0x80),
]

/** Every item of the tree but the root, the root's own parts first. */
function places(root: Item): Item[] {
  const found: Item[] = []
  const walk = (item: Item): void => {
    for (const part of partsOf(item.body)) {
      found.push(part)
      walk(part)
    }
  }
  walk(root)
  return found
}

function partsOf(body: Body): readonly Item[] {
  if (body.kind === 'array') return body.items
  if (body.kind === 'map') return body.pairs.flat()
  if (body.kind === 'tag' || body.kind === 'inside') return [body.item]
  return []
}

/** A copy of the tree that can be spoilt on its own. */
export function copyOf(item: Item): Item {
  const { body } = item
  if (body.kind === 'array') return { ...item, body: { ...body, items: body.items.map(copyOf) } }
  if (body.kind === 'tag' || body.kind === 'inside') {
    return { ...item, body: { ...body, item: copyOf(body.item) } }
  }
  if (body.kind === 'map') {
    const pairs = body.pairs.map(([key, value]): [Item, Item] => [copyOf(key), copyOf(value)])
    return { ...item, body: { ...body, pairs } }
  }
  return { ...item, body: { ...body } }
}

/** A copy of the tree with one place spoilt. */
export function spoilItem(root: Item, random: Random): Item {
  const copy = copyOf(root)
  const item = random.pick([copy, ...places(copy)])
  if (random.below(8) === 0) spoilForm(item, random)
  else if (random.below(7) === 0) item.body = random.pick(OTHERS)().body
  else spoilBody(item, random)
  return copy
}

/** The same item in a form that isn't the shortest, or under more layers. */
function spoilForm(item: Item, random: Random): void {
  const inner: Item = { ...item }
  switch (random.below(5)) {
    case 0:
      item.wide = 1 + random.below(2)
      return
    case 1:
      item.open = true
      return
    case 2:
      item.body = { kind: 'tag', number: random.pick([18n, 24n, 61n, 98n, 2n ** 53n]), item: inner }
      return
    case 3:
      item.body = { kind: 'array', items: [inner] }
      return
    default:
      item.body = deep(inner, 1 + random.below(9)).body
  }
}

function deep(item: Item, levels: number): Item {
  return levels === 0 ? item : deep({ body: { kind: 'array', items: [item] } }, levels - 1)
}

function spoilBody(item: Item, random: Random): void {
  const { body } = item
  switch (body.kind) {
    case 'int':
      body.value =
        random.below(2) === 0 ? random.pick(NUMBERS) : body.value + random.pick([1n, -1n])
      return
    case 'bytes':
      body.value = spoilLength(body.value, random)
      return
    case 'text':
      body.value =
        random.below(4) === 0
          ? spoilLength(body.value, random)
          : new TextEncoder().encode(random.pick(TEXTS))
      return
    case 'array':
      spoilList(body.items, random, () => random.pick(OTHERS)())
      return
    case 'map':
      spoilList(body.pairs, random, () => [
        random.pick([itemOf(random.below(12)), itemOf('k'), itemOf(-1), itemOf(random.bytes(2))]),
        random.pick(OTHERS)(),
      ])
      return
    case 'tag':
      body.number = random.pick([0n, 17n, 18n, 24n, 61n, 98n, 2n ** 53n - 1n, 2n ** 53n])
      return
    case 'inside':
      item.body = { kind: 'bytes', value: random.bytes(random.below(3)) }
      return
    case 'raw':
      body.bytes = Uint8Array.of(random.pick([0xf4, 0xf5, 0xf6, 0xf7, 0x00, 0x01]))
      return
    default:
      body satisfies never
  }
}

/** Bytes with a bit turned, or some taken off or put on. */
function spoilLength(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice()
  switch (random.below(4)) {
    case 0:
      return copy.subarray(0, Math.max(0, copy.length - 1 - random.below(9)))
    case 1:
      return Uint8Array.from([...copy, ...random.bytes(1 + random.below(18))])
    case 2:
      return new Uint8Array(random.pick([0, 7, 8, 32, 33, 64, 800, 801, 32_768, 32_769])).fill(65)
    default:
      if (copy.length > 0) {
        const at = random.below(copy.length)
        copy[at] = (copy[at] as number) ^ (1 << random.below(8))
      }
      return copy
  }
}

/** A member dropped, doubled, moved, put in, or the first one many times over. */
function spoilList<T>(list: T[], random: Random, make: () => T): void {
  const at = random.below(list.length + 1)
  const there = list[at] ?? list[0]
  switch (random.below(6)) {
    case 0:
      list.splice(at, 1)
      return
    case 1:
      if (there !== undefined) list.splice(at, 0, there)
      return
    case 2:
      list.reverse()
      return
    case 3:
      list.splice(at, 0, make())
      return
    case 4:
      if (there !== undefined) {
        const count = random.pick([3, 16, 17, 256, 257])
        list.push(...Array.from({ length: count }, () => there))
      }
      return
    default:
      list.push(make())
  }
}
