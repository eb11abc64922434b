import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { manifestOf, trustOf } from '../../fixtures/passes/trust-world.ts'
import { NOW } from '../../fixtures/passes/world.ts'
import { type CborMap, type CborValue, decodeCbor, encodeCbor } from '../cbor.ts'
import {
  MANIFEST_LISTS_MAX,
  REVOKED_KIDS_MAX,
  TRUST_KEYS_MAX,
  URI_BYTES_MAX,
  VERSION_MAX,
} from '../limits.ts'
import {
  type Manifest,
  materialOf,
  readManifest,
  readTimeAnswer,
  readTrust,
  writeManifest,
  writeTimeAnswer,
  writeTrust,
} from './trust-documents.ts'

t.test('trust comes back, and in one encoding', async t => {
  const payload = writeTrust(trustOf())
  t.same(readTrust(payload), trustOf())
  t.same(writeTrust(readTrust(payload)), payload)
  t.same(encodeCbor(decodeCbor(payload)), payload, 'deterministic')
})

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })

const anyManifest: fc.Arbitrary<Manifest> = fc.record(
  {
    version: fc.nat(VERSION_MAX),
    trustVersion: fc.nat(VERSION_MAX),
    iat: fc.constant(NOW),
    exp: fc.integer({ min: NOW + 1, max: NOW + 86_400 }),
    revokedKids: fc.array(bytes(4), { maxLength: 5 }),
    lists: fc.uniqueArray(
      fc.record(
        {
          uri: fc.string({ maxLength: 40 }),
          version: fc.nat(),
          length: fc.nat(1_000_000),
          sha256: bytes(32),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 5, selector: list => list.uri },
    ),
  },
  { noNullPrototype: true },
)

t.test('any manifest comes back, and in one encoding', async t => {
  fc.assert(
    fc.property(anyManifest, manifest => {
      const payload = writeManifest(manifest)
      assert.deepEqual(readManifest(payload), manifest)
      assert.deepEqual(encodeCbor(decodeCbor(payload)), payload)
    }),
    { numRuns: 100 },
  )
  t.pass()
})

t.test('damaged payloads are read as themselves or refused, never otherwise', async t => {
  const originals = [
    { payload: writeTrust(trustOf()), again: (p: Uint8Array) => writeTrust(readTrust(p)) },
    {
      payload: writeManifest(manifestOf()),
      again: (p: Uint8Array) => writeManifest(readManifest(p)),
    },
  ]
  fc.assert(
    fc.property(fc.constantFrom(...originals), fc.nat(), fc.nat(255), (one, at, byte) => {
      const damaged = one.payload.slice()
      damaged[at % damaged.length] = byte
      let again: Uint8Array
      try {
        again = one.again(damaged)
      } catch (error) {
        assert.equal((error as { name: string }).name, 'PassError')
        return
      }
      assert.deepEqual(again, damaged)
    }),
    { numRuns: 1500 },
  )
  t.pass()
})

/** The trust payload with the first issuer key's fields changed. */
function trustWith(change: (key: CborMap, document: CborMap) => void): Uint8Array {
  const document = decodeCbor(writeTrust(trustOf())) as CborMap
  const keys = document.get(5) as CborMap[]
  change(keys.find(key => key.get(1) === 'issuer') as CborMap, document)
  return encodeCbor(document)
}

t.test('every field has its range', async t => {
  const wrong: [string, (key: CborMap, document: CborMap) => void][] = [
    ['an unknown role', key => key.set(1, 'admin')],
    ['a kid of 3 bytes', key => key.set(2, new Uint8Array(3))],
    ['alg −9, which we never write', key => key.set(3, -9)],
    ['alg of another kind of key', key => key.set(3, -8)],
    ['no key', key => key.set(4, 1)],
    ['an empty window', key => key.set(6, key.get(5) as number)],
    ['no class', key => key.delete(7)],
    ['an unknown class', key => key.set(7, 'tattoo')],
    ['an unknown environment', key => key.set(8, 'staging')],
    ['an unknown field of a key', key => key.set(9, 1)],
    ['a root with a class', key => key.set(1, 'root')],
    ['an unknown field', (_, document) => document.set(6, 1)],
    ['a field missing', (_, document) => document.delete(4)],
    ['a version past its range', (_, document) => document.set(1, VERSION_MAX + 1)],
  ]
  for (const [name, change] of wrong) {
    t.throws(() => readTrust(trustWith(change)), { code: 'MALFORMED' }, name)
  }
  t.ok(readTrust(trustWith(() => {})))
})

t.test('counts at the limit and one over', async t => {
  const [root] = trustOf().keys
  const keys = (count: number): never => Array.from({ length: count }, () => root) as never
  t.ok(writeTrust(trustOf({ threshold: 1, keys: keys(TRUST_KEYS_MAX) })))
  t.throws(() => writeTrust(trustOf({ threshold: 1, keys: keys(TRUST_KEYS_MAX + 1) })), {
    code: 'INVALID_ARGUMENT',
  })
  t.throws(() => writeTrust(trustOf({ threshold: 2, keys: keys(3) })), { code: 'INVALID_ARGUMENT' })

  const kids = (count: number): Partial<Manifest> => ({
    revokedKids: Array.from({ length: count }, () => new Uint8Array(4)),
  })
  t.ok(writeManifest(manifestOf(kids(REVOKED_KIDS_MAX))))
  t.throws(() => writeManifest(manifestOf(kids(REVOKED_KIDS_MAX + 1))), {
    code: 'INVALID_ARGUMENT',
  })

  const lists = (count: number): Partial<Manifest> => ({
    lists: Array.from({ length: count }, (_, i) => ({
      uri: `tsl:${i}`,
      version: 1,
      length: 1,
      sha256: new Uint8Array(32),
    })),
  })
  t.ok(writeManifest(manifestOf(lists(MANIFEST_LISTS_MAX))))
  t.throws(() => writeManifest(manifestOf(lists(MANIFEST_LISTS_MAX + 1))), {
    code: 'INVALID_ARGUMENT',
  })
})

t.test('a list in a manifest: each field has its range', async t => {
  const list = { uri: 'tsl:0', version: 1, length: 1, sha256: new Uint8Array(32) }
  const most = { ...list, uri: 'x'.repeat(URI_BYTES_MAX) }
  t.ok(writeManifest(manifestOf({ lists: [most] })))
  for (const over of [
    { uri: 'x'.repeat(URI_BYTES_MAX + 1) },
    { uri: 7 as never },
    { version: -1 },
    { length: -1 },
    { sha256: new Uint8Array(33) },
  ]) {
    t.throws(() => writeManifest(manifestOf({ lists: [{ ...list, ...over }] })), {
      code: 'INVALID_ARGUMENT',
    })
  }
})

t.test('time answers come back; other payloads are refused', async t => {
  const answer = { nonce: new Uint8Array(8), time: NOW * 1000 + 5, manifestVersion: 3 }
  t.same(readTimeAnswer(writeTimeAnswer(answer)), answer)
  const others: CborValue[] = [
    1,
    new Map(),
    new Map<number, CborValue>([
      [1, 'x'],
      [2, 1],
      [3, 1],
    ]),
  ]
  for (const value of others) {
    t.throws(() => readTimeAnswer(encodeCbor(value)), { code: 'MALFORMED' })
    t.throws(() => readManifest(encodeCbor(value)), { code: 'MALFORMED' })
    t.throws(() => readTrust(encodeCbor(value)), { code: 'MALFORMED' })
  }
})

t.test('key material is x alone', async t => {
  const x = new Uint8Array(32).fill(1)
  const key = { kty: 'EC2', crv: 'P-256', x } as const
  t.equal(materialOf({ ...key, y: true }), materialOf({ ...key, y: false }))
  t.not(materialOf({ ...key, y: true }), materialOf({ kty: 'OKP', crv: 'Ed25519', x }))
})
