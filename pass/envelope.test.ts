import t from 'tap'
import { NOW, passOf } from '../fixtures/passes/world.ts'
import { type CborMap, CborTag, type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import {
  decodeEnvelope,
  encodeEnvelope,
  encodePresentationHeader,
  encodeProtected,
} from './envelope.ts'
import { TIME_SECONDS_MAX } from './limits.ts'

const good = passOf()
const signature = new Uint8Array(64)

/** The good pass with one of its four parts replaced. */
function withPart(part: number, value: CborValue): Uint8Array {
  const parts = [...((decodeCbor(good) as CborTag).value as CborValue[])]
  parts[part] = value
  return encodeCbor(new CborTag(18, parts))
}

/** The good pass with this countersignature under label 11, and perhaps more beside it. */
function withProof(countersignature: CborValue, more: [number, CborValue][] = []): Uint8Array {
  return withPart(1, new Map<number, CborValue>([[11, countersignature], ...more]))
}

const header = (...entries: [number, CborValue][]): Uint8Array => encodeCbor(new Map(entries))
const EMPTY: CborMap = new Map()
const presentedAt = (time: CborValue): CborValue => new Map([[6, time]])
const dp = (time: CborValue): Uint8Array => header([1, -7], [15, presentedAt(time)])

t.test('an envelope is put together and taken apart', async t => {
  const { protectedBytes, payload, signature, presentation } = decodeEnvelope(good)
  t.equal(presentation?.presentedAt, NOW)
  t.same(encodeEnvelope({ protectedBytes, payload, signature, presentation }), good)
})

t.test('presented at, at both limits', async t => {
  for (const time of [0, 23, 24, 65_535, TIME_SECONDS_MAX]) {
    t.same(dp(time), encodePresentationHeader(time))
    const { presentation } = decodeEnvelope(withProof([dp(time), EMPTY, signature]))
    t.equal(presentation?.presentedAt, time)
  }
  for (const time of [-1, TIME_SECONDS_MAX + 1, '1', true]) {
    t.throws(() => decodeEnvelope(withProof([dp(time), EMPTY, signature])), {
      code: 'MALFORMED',
      message: 'pass: presented at is not in seconds',
    })
  }
})

t.test('each part has one shape, and the error says which', async t => {
  const proof = dp(NOW)
  const kid = new Uint8Array(4)
  const cases: [Uint8Array, string][] = [
    [encodeCbor([1, 2, 3, 4]), 'no tag 18'],
    [encodeCbor(new CborTag(18, 1)), 'COSE_Sign1 is not an array of 4'],
    [encodeCbor(new CborTag(18, [1, 2, 3])), 'COSE_Sign1 is not an array of 4'],
    [encodeCbor(new CborTag(18, [1, 2, 3, 4, 5])), 'COSE_Sign1 is not an array of 4'],
    [withPart(0, 1), 'protected header is not a map in bytes'],
    [withPart(0, encodeCbor(1)), 'protected header is not a map in bytes'],
    [withPart(0, header([1, -7])), 'protected header has alg and a kid of 4 bytes'],
    [withPart(0, header([4, kid])), 'protected header has alg and a kid of 4 bytes'],
    [withPart(0, header([3, 0], [4, kid])), 'alg is not a number in the protected header'],
    [
      withPart(0, header([1, -7], [4, new Uint8Array(3)])),
      'protected header has alg and a kid of 4 bytes',
    ],
    [
      withPart(0, header([1, -7], [3, 0], [4, kid])),
      'protected header has alg and a kid of 4 bytes',
    ],
    [withPart(1, []), 'unprotected header is not a map'],
    [withPart(1, new Map([[4, kid]])), 'unprotected header has label 11 alone'],
    [withProof([proof, EMPTY, signature], [[4, kid]]), 'unprotected header has label 11 alone'],
    [withProof(1), 'countersignature is not an array of 3'],
    [withProof([proof, EMPTY]), 'countersignature is not an array of 3'],
    [withProof([proof, EMPTY, signature, 1]), 'countersignature is not an array of 3'],
    [withProof([proof, 1, signature]), 'inner header is not empty'],
    [withProof([proof, new Map([[4, kid]]), signature]), 'inner header is not empty'],
    [withProof([1, EMPTY, signature]), 'countersignature header is not a map in bytes'],
    [
      withProof([header([1, -7]), EMPTY, signature]),
      'countersignature header has alg and one claim',
    ],
    [
      withProof([header([1, -7], [15, 6]), EMPTY, signature]),
      'countersignature header has alg and one claim',
    ],
    [
      withProof([header([1, -7], [4, kid], [15, presentedAt(NOW)]), EMPTY, signature]),
      'countersignature header has alg and one claim',
    ],
    [
      withProof([
        header(
          [1, -7],
          [
            15,
            new Map([
              [6, NOW],
              [7, 1],
            ]),
          ],
        ),
        EMPTY,
        signature,
      ]),
      'countersignature header has alg and one claim',
    ],
    [
      withProof([header([3, 0], [15, presentedAt(NOW)]), EMPTY, signature]),
      'alg is not a number in the protected header',
    ],
    [withProof([proof, EMPTY, 1]), 'a signature has 64 bytes'],
    [withProof([proof, EMPTY, signature.subarray(1)]), 'a signature has 64 bytes'],
    [withPart(2, null), 'payload is not bytes'],
    [withPart(3, 1), 'a signature has 64 bytes'],
    [withPart(3, new Uint8Array(65)), 'a signature has 64 bytes'],
  ]
  for (const [bytes, what] of cases) {
    t.throws(() => decodeEnvelope(bytes), { code: 'MALFORMED', message: `pass: ${what}` }, what)
  }
})

t.test('an algorithm we don’t know is read, and agrees with no key', async t => {
  const kid = new Uint8Array(4)
  t.equal(decodeEnvelope(withPart(0, header([1, -36], [4, kid]))).alg, undefined)
  t.equal(decodeEnvelope(withPart(0, header([1, -19], [4, kid]))).alg, 'EdDSA')
})

t.test('what the reader would refuse is not written', async t => {
  const bad = { code: 'INVALID_ARGUMENT' }
  for (const length of [3, 5]) t.throws(() => encodeProtected('ES256', new Uint8Array(length)), bad)
  for (const time of [-1, 0.5, TIME_SECONDS_MAX + 1]) {
    t.throws(() => encodePresentationHeader(time), bad)
  }
  const parts = { protectedBytes: encodeProtected('EdDSA', new Uint8Array(4)), payload: signature }
  const short = signature.subarray(1)
  t.throws(() => encodeEnvelope({ ...parts, signature: short, presentation: undefined }), bad)
  const presentation = { protectedBytes: dp(NOW), signature: short }
  t.throws(() => encodeEnvelope({ ...parts, signature, presentation }), bad)
})
