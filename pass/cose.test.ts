import t from 'tap'
import { vectors } from '../fixtures/vectors/read.ts'
import { fromHex, toHex } from './bytes.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import { CborWriter } from './cbor-writer.ts'
import {
  algorithmOfNumber,
  countersignStructure,
  readCoseKey,
  signatureStructure,
  sigStructure,
  thumbprintInput,
  writeCoseKey,
} from './cose.ts'
import type { CoseKey } from './crypto.ts'

const EMPTY = new Uint8Array(0)
const MESSAGE = new TextEncoder().encode('This is the content.')

t.test('Sig_structure is what the working group’s examples sign', async t => {
  for (const { path, external, toBeSigned, cbor, fail } of vectors('cose-sign1')) {
    if (fail) continue
    const message = decodeCbor(fromHex(cbor), { anyKeyOrder: true }) as { value?: unknown }
    const [header, , payload] = (message.value ?? message) as Uint8Array[]
    const aad = external === undefined ? EMPTY : fromHex(external)
    t.equal(toHex(sigStructure(header as Uint8Array, payload as Uint8Array, aad)), toBeSigned, path)
  }
})

t.test('an encoded empty map is signed as the empty string', async t => {
  const emptyMap = Uint8Array.of(0xa0)
  t.same(sigStructure(emptyMap, MESSAGE), sigStructure(EMPTY, MESSAGE))
  t.same(signatureStructure(emptyMap, emptyMap, MESSAGE), signatureStructure(EMPTY, EMPTY, MESSAGE))
  t.same(
    countersignStructure(emptyMap, emptyMap, MESSAGE, MESSAGE),
    countersignStructure(EMPTY, EMPTY, MESSAGE, MESSAGE),
  )
})

t.test('structures are the deterministic CBOR of their parts', async t => {
  const [body, own, signature] = [fromHex('a10126'), fromHex('a10127'), new Uint8Array(64)]
  t.same(
    signatureStructure(body, own, MESSAGE),
    encodeCbor(['Signature', body, own, EMPTY, MESSAGE]),
  )
  t.same(
    countersignStructure(body, own, MESSAGE, signature),
    encodeCbor(['CounterSignatureV2', body, own, EMPTY, MESSAGE, [signature]]),
  )
})

t.test('algorithm numbers: two names each, and no others', async t => {
  t.equal(algorithmOfNumber(-7), 'ES256')
  t.equal(algorithmOfNumber(-9), 'ES256')
  t.equal(algorithmOfNumber(-8), 'EdDSA')
  t.equal(algorithmOfNumber(-19), 'EdDSA')
  for (const other of [-35, -36, 7, 0, 'ES256', undefined]) {
    t.equal(algorithmOfNumber(other), undefined)
  }
})

t.test('keys go both ways as COSE_Key maps of exactly our labels', async t => {
  const x = new Uint8Array(32).fill(5)
  const keys: CoseKey[] = [
    { kty: 'EC2', crv: 'P-256', x, y: true },
    { kty: 'EC2', crv: 'P-256', x, y: false },
    { kty: 'OKP', crv: 'Ed25519', x },
  ]
  for (const key of keys) {
    const writer = new CborWriter()
    writeCoseKey(writer, key)
    const map = decodeCbor(writer.finish())
    t.same(readCoseKey(map), key)
    t.throws(() => readCoseKey((map as Map<number, unknown>).set(3, -7) as never), {
      code: 'MALFORMED',
    })
  }
  t.throws(() => readCoseKey(undefined), { code: 'MALFORMED' })
  t.throws(() => writeCoseKey(new CborWriter(), { ...keys[2], x: x.subarray(1) } as CoseKey), {
    code: 'INVALID_ARGUMENT',
  })
})

t.test('thumbprint input of RFC 9679 §6', async t => {
  const { x, y, input } = vectors('thumbprint')
  const key: CoseKey = { kty: 'EC2', crv: 'P-256', x: fromHex(x), y: false }
  t.equal(toHex(thumbprintInput(key, fromHex(y))), input)
  t.throws(() => thumbprintInput(key), { code: 'INVALID_ARGUMENT' })
})
