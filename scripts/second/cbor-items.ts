/** CBOR of no kind at all, base45, and what scanners send: what every other document comes in. */

import { goldenFile } from '../../fixtures/passes/golden.ts'
import { frameText } from '../../hardware/drivers/frame-text.ts'
import { decodeBase45 } from '../../pass/base45.ts'
import { concatBytes, fromHex, toHex } from '../../pass/bytes.ts'
import { decodeCbor } from '../../pass/cbor.ts'
import { PassError } from '../../pass/errors.ts'
import { readPassText } from '../../pass/text.ts'
import { anyText, cborLike, spoil, spoilText } from '../fuzz/mutate.ts'
import type { Random } from '../fuzz/random.ts'
import { BELIEVED } from './key-sets.ts'
import { bytesOf, type Kind, padding, rarely, type Verdict } from './kind.ts'
import { spoilItem } from './spoil-tree.ts'
import { encodeItem, type Item, itemOf, parseItem, type Value } from './tree.ts'

const GOOD = goldenFile()
  .cases.filter(one => one.code === 'OK')
  .map(one => one.text)
const BYTES = [...GOOD.map(text => readPassText(text)), ...BELIEVED.map(fromHex)]
const TREES = BYTES.map(parseItem)

function verdictOf(read: () => Verdict): Verdict {
  try {
    return read()
  } catch (error) {
    if (error instanceof PassError) return { verdict: error.code }
    throw error
  }
}

/** Arrays at the limits of depth and of the number of items. */
function atLimits(random: Random): Uint8Array {
  if (rarely(random, 2)) {
    const depth = random.pick([7, 8, 9])
    const shells = Array.from({ length: depth }, () => random.pick([[0x81], [0xc1], [0xa1, 0x00]]))
    return Uint8Array.from([...shells.flat(), random.pick([0x00, 0x80, 0x83, 0xa2, 0x63])])
  }
  const count = random.pick([65_534, 65_535, 65_536])
  const size = Uint8Array.of(0x9a, 0, count >> 16, (count >> 8) & 0xff, count & 0xff)
  const short = Uint8Array.of(0x99, count >> 8, count & 0xff)
  return concatBytes(count > 0xffff ? size : short, new Uint8Array(count))
}

/** Where integers end, and the lengths of their forms. */
const EDGES = [23n, 24n, 255n, 256n, 65_535n, 65_536n, 2n ** 32n - 1n, 2n ** 32n]
  .concat([2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 1n])
  .flatMap(edge => [edge, -edge, -1n - edge])

function anyItem(random: Random, depth: number): Item {
  const kinds = depth > 4 ? 5 : 8
  switch (random.below(kinds)) {
    case 0:
      return itemOf(random.below(300))
    case 1:
      return itemOf(rarely(random, 3) ? random.pick(EDGES) : -random.below(300))
    case 2:
      return itemOf(random.bytes(random.below(4)))
    case 3:
      return itemOf(random.pick(['', 'a', 'é', '\ufeff', 'zz']))
    case 4:
      return itemOf(random.pick([true, false, null]))
    case 5:
      return itemOf(Array.from({ length: random.below(4) }, () => anyItem(random, depth + 1)))
    case 6:
      return {
        body: { kind: 'tag', number: BigInt(random.below(300)), item: anyItem(random, depth + 1) },
      }
    default: {
      const map = new Map<number | string, Value>()
      for (let left = random.below(5); left > 0; left--) {
        map.set(random.pick([0, 1, -1, 24, 300, 'a', 'bb', '']), anyItem(random, depth + 1))
      }
      return itemOf(map)
    }
  }
}

function cborBytes(random: Random): Uint8Array {
  if (rarely(random, 25)) return atLimits(random)
  switch (random.below(5)) {
    case 0:
      return cborLike(random)
    case 1:
      return spoil(random.pick(BYTES), random, BYTES)
    case 2:
      return encodeItem(spoilItem(random.pick(TREES), random))
    case 3:
      return encodeItem(anyItem(random, 0))
    default:
      return encodeItem(spoilItem(anyItem(random, 0), random))
  }
}

export const CBOR: Kind = {
  name: 'cbor',
  make(random) {
    const anyKeyOrder = rarely(random, 3)
    const bytes = toHex(cborBytes(random))
    return { kind: 'cbor', bytes, ...padding(random, 2_097_152), anyKeyOrder }
  },
  judge(request) {
    return verdictOf(() => {
      decodeCbor(bytesOf(request), { anyKeyOrder: request.anyKeyOrder === true })
      return { verdict: 'OK' }
    })
  },
}

export const BASE45: Kind = {
  name: 'base45',
  make(random) {
    const body = random.pick(GOOD).slice(4, 4 + random.below(40))
    const text = rarely(random, 2) ? spoilText(body, random) : anyText(random).slice(0, 60)
    return { kind: 'base45', text }
  },
  judge: ({ text = '' }) => verdictOf(() => ({ verdict: 'OK', read: toHex(decodeBase45(text)) })),
}

const MARKS = [
  '',
  '',
  ']Q1',
  ']Q3',
  ']q',
  ']QR1',
  '\\000026',
  '\\00002',
  ' ',
  '\t',
  '\ufeff',
  '\0',
  '\x7f',
]

export const SCAN: Kind = {
  name: 'scan',
  make(random) {
    const before = Array.from({ length: random.below(5) }, () => random.pick(MARKS)).join('')
    const after = Array.from({ length: random.below(3) }, () => random.pick(MARKS)).join('')
    const body = random.pick(['', 'RP1:', random.pick(GOOD).slice(0, 12), 'A B'])
    const bytes = new TextEncoder().encode(before + body + after)
    return { kind: 'scan', bytes: toHex(rarely(random, 8) ? spoil(bytes, random, [bytes]) : bytes) }
  },
  judge({ bytes = '' }) {
    const read = frameText(fromHex(bytes))
    return read === null ? { verdict: 'NONE' } : { verdict: 'OK', read }
  },
}
