import assert from 'node:assert/strict'
import { cdeDecodeOptions, cdeEncodeOptions, decode, encode, Tag } from 'cbor2'
import fc from 'fast-check'
import t from 'tap'
import { vectors } from '../fixtures/vectors/read.ts'
import { concatBytes, fromHex, toHex } from './bytes.ts'
import { type CborMap, CborTag, type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import { CborWriter } from './cbor-writer.ts'
import { PassError } from './errors.ts'
import { CBOR_BYTES_MAX, CBOR_DEPTH_MAX, CBOR_ITEMS_MAX } from './limits.ts'

/** RFC 8949 appendix A, as far as it is in our subset. */
const RFC8949: [string, CborValue][] = [
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['18ff', 255],
  ['190100', 256],
  ['1903e8', 1000],
  ['1a000f4240', 1000000],
  ['1b000000e8d4a51000', 1000000000000],
  ['20', -1],
  ['3863', -100],
  ['3903e7', -1000],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['4401020304', Uint8Array.of(1, 2, 3, 4)],
  ['60', ''],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['64f0908591', '𐅑'],
  ['80', []],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    'a26161016162820203',
    new Map<string, CborValue>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
  ],
  ['c11a514b67b0', new CborTag(1, 1363896240)],
  ['1b001fffffffffffff', Number.MAX_SAFE_INTEGER],
  ['3b001ffffffffffffe', Number.MIN_SAFE_INTEGER],
]

t.test('examples of RFC 8949 appendix A go both ways', async t => {
  for (const [hex, value] of RFC8949) {
    t.strictSame(decodeCbor(fromHex(hex)), value, hex)
    t.equal(toHex(encodeCbor(value)), hex)
  }
})

t.test('claims of RFC 8392 are read; its floating-point date is refused', async t => {
  const claims = decodeCbor(fromHex(vectors('cwt')['A.1 claims'])) as CborMap
  t.equal(claims.get(1), 'coap://as.example.com')
  t.equal(claims.get(4), 1444064944)
  t.same(claims.get(7), Uint8Array.of(0x0b, 0x71))
  t.throws(() => decodeCbor(fromHex(vectors('cwt')['A.7 claims'])), { code: 'MALFORMED' })
})

t.test('one way only: everything else is refused', async t => {
  const refused: Record<string, string> = {
    '': 'nothing',
    '0000': 'two items',
    '1817': 'small integer in two bytes',
    '190018': 'small integer in three bytes',
    '1900ff': 'one byte would do',
    '1a0000ffff': 'two bytes would do',
    '1b00000000ffffffff': 'four bytes would do',
    '1b0020000000000000': 'past 2^53',
    '3b001fffffffffffff': 'below −2^53',
    '1bffffffffffffffff': 'past 2^53',
    '1c': 'reserved',
    '5f4100ff': 'indefinite bytes',
    '7f6161ff': 'indefinite text',
    '9fff': 'indefinite array',
    bfff: 'indefinite map',
    ff: 'break',
    '5801': 'bytes end early',
    '4100ff': 'a byte too many',
    '41': 'bytes end early',
    '9b0001ffffffffffff': 'a huge array',
    bb0000ffffffffffff: 'a huge map',
    '5b001fffffffffffff': 'huge bytes',
    '8101ff': 'a byte too many',
    '61ff': 'no UTF-8',
    '62c328': 'no UTF-8',
    '63eda080': 'a surrogate in UTF-8',
    a201010102: 'a key twice',
    a202000100: 'keys out of order',
    a2200001: 'ends early',
    a220000100: 'negative keys come after positive ones',
    a26162006161: 'ends early',
    a2616200616100: 'text keys out of order',
    a262616100616200: 'shorter keys come first',
    a1400000: 'byte string as a key',
    a1800000: 'array as a key',
    f7: 'undefined',
    f0: 'a simple value',
    f820: 'a simple value',
    f93c00: 'a float',
    fb3ff199999999999a: 'a float',
    d9001203: 'a tag that fits one byte less',
  }
  for (const [hex, why] of Object.entries(refused)) {
    t.throws(() => decodeCbor(fromHex(hex)), { code: 'MALFORMED' }, `${hex}: ${why}`)
  }
})

t.test('keys in any order on demand, but never twice', async t => {
  const anyKeyOrder = { anyKeyOrder: true }
  t.strictSame(
    decodeCbor(fromHex('a202000100'), anyKeyOrder),
    new Map([
      [2, 0],
      [1, 0],
    ]),
  )
  t.throws(() => decodeCbor(fromHex('a201010102'), anyKeyOrder), { code: 'MALFORMED' })
})

t.test('maxima, at the limit and one over', async t => {
  const nested = (depth: number): Uint8Array => fromHex(`${'81'.repeat(depth - 1)}80`)
  t.ok(decodeCbor(nested(CBOR_DEPTH_MAX)))
  t.throws(() => decodeCbor(nested(CBOR_DEPTH_MAX + 1)), { code: 'TOO_LARGE' })
  t.throws(() => decodeCbor(fromHex(`${'c1'.repeat(CBOR_DEPTH_MAX + 1)}00`)), { code: 'TOO_LARGE' })

  const items = (count: number): Uint8Array =>
    concatBytes(new CborWriter().array(count - 1).finish(), new Uint8Array(count - 1))
  t.ok(decodeCbor(items(CBOR_ITEMS_MAX)))
  t.throws(() => decodeCbor(items(CBOR_ITEMS_MAX + 1)), { code: 'TOO_LARGE' })

  const sized = (length: number): Uint8Array => encodeCbor(new Uint8Array(length - 5))
  t.equal((decodeCbor(sized(CBOR_BYTES_MAX)) as Uint8Array).length, CBOR_BYTES_MAX - 5)
  t.throws(() => decodeCbor(sized(CBOR_BYTES_MAX + 1)), { code: 'TOO_LARGE' })
})

t.test('what has no encoding here is refused by the writer', async t => {
  const deep = Array.from({ length: CBOR_DEPTH_MAX }).reduce<CborValue>(inner => [inner], [])
  const wrong: unknown[] = [1.5, -0, 2 ** 53, Number.NaN, undefined, '\ud800', 1n, {}, deep]
  for (const value of wrong) {
    t.throws(() => encodeCbor(value as CborValue), { code: 'INVALID_ARGUMENT' })
  }
})

const OUR_TAG = 18
const { value: anyValue } = fc.letrec<{ value: CborValue }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(true, false, null),
    fc.array(tie('value') as fc.Arbitrary<CborValue>, { maxLength: 5 }),
    fc
      .array(
        fc.tuple(
          fc.oneof(fc.maxSafeInteger(), fc.string({ maxLength: 8 })),
          tie('value') as fc.Arbitrary<CborValue>,
        ),
        { maxLength: 5 },
      )
      .map(pairs => new Map(pairs)),
    (tie('value') as fc.Arbitrary<CborValue>).map(value => new CborTag(OUR_TAG, value)),
  ),
}))

/** cbor2 as the second opinion: common deterministic encoding, and the types we leave out refused. */
const ORACLE = {
  ...cdeDecodeOptions,
  // A tag stands for itself: what it would mean is not this reader's business.
  ignoreGlobalTags: true,
  preferMap: true,
  rejectDuplicateKeys: true,
  rejectFloats: true,
  rejectUndefined: true,
  rejectSimple: true,
  rejectBigInts: true,
}

function forOracle(value: CborValue): unknown {
  if (value instanceof CborTag) return new Tag(value.tag, forOracle(value.value))
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, forOracle(item)]))
  return Array.isArray(value) ? value.map(forOracle) : value
}

t.test('any value is written as cbor2 writes it, and comes back', async _t => {
  fc.assert(
    fc.property(anyValue, value => {
      const bytes = encodeCbor(value)
      assert.equal(toHex(bytes), toHex(encode(forOracle(value), cdeEncodeOptions)))
      assert.deepEqual(encodeCbor(decodeCbor(bytes)), bytes)
    }),
    { numRuns: 300 },
  )
})

t.test(
  'damaged encodings: what we read, cbor2 reads alike, and it is the one encoding',
  async t => {
    let read = 0
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(anyValue, damage, (value, changes) => {
        const bytes = encodeCbor(value).slice()
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        let ours: CborValue
        try {
          ours = decodeCbor(bytes)
        } catch (error) {
          assert.ok(error instanceof PassError)
          return
        }
        read++
        assert.equal(toHex(encodeCbor(ours)), toHex(bytes))
        assert.doesNotThrow(() => decode(bytes, ORACLE))
      }),
      { numRuns: 1000 },
    )
    t.ok(read > 100, `${read} damaged encodings were still CBOR`)
  },
)
