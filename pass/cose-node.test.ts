import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import t from 'tap'
import { keyObjectOf, vectors } from '../fixtures/vectors/read.ts'
import { concatBytes, fromHex, toHex } from './bytes.ts'
import { encodeCbor } from './cbor.ts'
import { CborWriter } from './cbor-writer.ts'
import { sigStructure } from './cose.ts'
import {
  coseKeyOf,
  generateSigningKey,
  keyThumbprint,
  kidOf,
  nodeVerifier,
  type Sign1Code,
  signerOf,
  verifySign1,
} from './cose-node.ts'

const MESSAGE = new TextEncoder().encode('gate')
const MINE = /^(sign1-tests|ecdsa-examples\/ecdsa-sig-01|eddsa-examples\/eddsa-sig-01|CWT)/

/** Why the examples that don't pass, don't. sign-pass-01 has alg unprotected: refused on purpose. */
const REFUSED: Record<string, Sign1Code> = {
  'sign1-tests/sign-pass-01.json': 'NO_ALGORITHM',
  'sign1-tests/sign-fail-01.json': 'WRONG_TYPE',
  'sign1-tests/sign-fail-02.json': 'BAD_SIGNATURE',
  'sign1-tests/sign-fail-03.json': 'WRONG_ALGORITHM',
  'sign1-tests/sign-fail-04.json': 'WRONG_ALGORITHM',
  'sign1-tests/sign-fail-06.json': 'BAD_SIGNATURE',
  'sign1-tests/sign-fail-07.json': 'BAD_SIGNATURE',
}

t.test('COSE working group examples of our algorithms', async t => {
  for (const { path, key, external, cbor, plaintext, fail } of vectors('cose-sign1')) {
    if (!MINE.test(path)) continue
    const result = verifySign1(fromHex(cbor), keyObjectOf(key), {
      tagged: 'any',
      ...(external === undefined ? {} : { externalAad: fromHex(external) }),
    })
    const refused = REFUSED[path]
    if (refused === undefined) {
      t.notOk(fail, path)
      t.same(result, { ok: true, payload: fromHex(plaintext) }, path)
    } else t.same(result, { ok: false, code: refused }, path)
  }
})

t.test('keys of other curves are refused, and an alg that disagrees with its key', async t => {
  for (const { path, key, cbor } of vectors('cose-sign1')) {
    if (MINE.test(path)) continue
    if (key.crv === 'P-256') {
      t.same(verifySign1(fromHex(cbor), keyObjectOf(key)), { ok: false, code: 'WRONG_ALGORITHM' })
    } else {
      t.throws(() => verifySign1(fromHex(cbor), keyObjectOf(key)), { code: 'BAD_KEY' }, path)
    }
  }
})

t.test('the signed token of RFC 8392 A.3', async t => {
  const cwt = vectors('cwt')
  const bytes = fromHex(cwt['A.3 signed'])
  const key = keyObjectOf(cwt['A.2.3 key'])
  t.same(verifySign1(bytes, key), { ok: true, payload: fromHex(cwt['A.1 claims']) })
  t.same(verifySign1(bytes, coseKeyOf(key)), { ok: true, payload: fromHex(cwt['A.1 claims']) })
  t.same(verifySign1(fromHex(cwt['A.7 MACed']), key), { ok: false, code: 'WRONG_TYPE' })
})

t.test('tagged, untagged, or either', async t => {
  const signer = generateSigningKey('ES256')
  const parts = new CborWriter().array(4).bytes(fromHex('a10126')).map(0).bytes(MESSAGE)
  const untagged = parts.bytes(signer.sign(sigStructure(fromHex('a10126'), MESSAGE))).finish()
  const tagged = concatBytes(Uint8Array.of(0xd2), untagged)
  const ok = (bytes: Uint8Array, want?: boolean | 'any'): unknown => {
    const options = want === undefined ? {} : { tagged: want }
    const result = verifySign1(bytes, signer.publicKey, options)
    return result.ok || result.code
  }
  t.same([ok(tagged), ok(tagged, 'any'), ok(tagged, false)], [true, true, 'WRONG_TYPE'])
  t.same([ok(untagged), ok(untagged, 'any'), ok(untagged, false)], ['WRONG_TYPE', true, true])
  t.equal(ok(concatBytes(fromHex('d83d'), tagged), 'any'), 'WRONG_TYPE', 'tag 61 around it')
})

t.test('headers that can’t be trusted are refused', async t => {
  const signer = generateSigningKey('ES256')
  const judge = (protectedHex: string, unprotectedHex = 'a0', payload = MESSAGE): unknown => {
    const header = fromHex(protectedHex)
    const writer = new CborWriter().tag(18).array(4).bytes(header).raw(fromHex(unprotectedHex))
    const bytes = writer
      .bytes(payload)
      .bytes(signer.sign(sigStructure(header, payload)))
      .finish()
    const result = verifySign1(bytes, signer.publicKey)
    return result.ok || result.code
  }
  t.equal(judge('a10126'), true)
  t.equal(judge('a10128'), true, 'alg −9 is the same')
  t.equal(judge('a204420102' + '0126'), true, 'a foreign header may have any key order')
  t.equal(judge('a2012602' + '8101'), true, 'crit of a label that is understood')
  t.equal(judge('', 'a10126'), 'NO_ALGORITHM', 'alg unprotected')
  t.equal(judge('a0', 'a10126'), 'NO_ALGORITHM', 'the same, with an encoded empty map')
  t.equal(judge('a10126', 'a10126'), 'MALFORMED', 'alg in both')
  t.equal(judge('a201260126'), 'MALFORMED', 'alg twice')
  t.equal(judge('a201260281' + '1863'), 'UNKNOWN_CRITICAL', 'crit of an unknown label')
  t.equal(judge('a201260281' + '04', 'a10441' + '00'), 'UNKNOWN_CRITICAL', 'not protected')
  t.equal(judge('a2012602' + '80'), 'UNKNOWN_CRITICAL', 'an empty crit')
  t.equal(judge('a10126', 'a1028101'), 'UNKNOWN_CRITICAL', 'crit unprotected')
  t.equal(judge('80'), 'MALFORMED', 'no map')
  t.equal(judge('a10127'), 'WRONG_ALGORITHM')
})

t.test('a signature has 64 bytes, r‖s, whatever else would verify', async t => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = nodeVerifier.importKey(coseKeyOf(publicKey))
  const good = sign('sha256', MESSAGE, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  t.ok(nodeVerifier.verify(key, 'ES256', MESSAGE, good))
  t.ok(nodeVerifier.verify(publicKey, 'ES256', MESSAGE, good), 'any key object of the curve')
  t.notOk(nodeVerifier.verify(key, 'ES256', MESSAGE, sign('sha256', MESSAGE, privateKey)), 'DER')
  for (const wrong of [good.subarray(1), concatBytes(good, Uint8Array.of(0)), new Uint8Array(64)]) {
    t.notOk(nodeVerifier.verify(key, 'ES256', MESSAGE, wrong))
  }
  const ed = generateSigningKey('EdDSA')
  const edKey = nodeVerifier.importKey(ed.publicKey)
  t.ok(nodeVerifier.verify(edKey, 'EdDSA', MESSAGE, ed.sign(MESSAGE)))
  t.notOk(nodeVerifier.verify(edKey, 'EdDSA', MESSAGE, ed.sign(MESSAGE).subarray(0, 63)))
})

t.test('keys are imported from 32 bytes and a sign, and named the same again', async t => {
  for (let i = 0; i < 16; i++) {
    const { publicKey } = generateSigningKey('ES256')
    t.same(coseKeyOf(nodeVerifier.importKey(publicKey)), publicKey)
  }
  const { publicKey } = generateSigningKey('EdDSA')
  t.same(coseKeyOf(nodeVerifier.importKey(publicKey)), publicKey)
  const x = new Uint8Array(32).fill(255)
  t.throws(() => nodeVerifier.importKey({ kty: 'EC2', crv: 'P-256', x, y: true }), {
    code: 'BAD_KEY',
  })
  t.throws(() => nodeVerifier.importKey({ ...publicKey, x: x.subarray(1) } as never), {
    code: 'BAD_KEY',
  })
})

t.test('thumbprint of RFC 9679 §6; the kid is its first 4 bytes', async t => {
  const { x, thumbprint } = vectors('thumbprint')
  const key = { kty: 'EC2', crv: 'P-256', x: fromHex(x), y: false } as const
  t.equal(toHex(keyThumbprint(key)), thumbprint)
  t.equal(toHex(kidOf(key)), thumbprint.slice(0, 8))
  const ed = generateSigningKey('EdDSA').publicKey
  t.equal(keyThumbprint(ed).length, 32)
})

t.test('a signer leaves the caller’s key as it was', async t => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  t.equal(signerOf(privateKey).sign(MESSAGE).length, 64)
  t.not(sign('sha256', MESSAGE, privateKey).length, 64, 'still DER')
  t.throws(() => signerOf(publicKey), { code: 'BAD_KEY' })
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  t.throws(() => signerOf(p384), { code: 'BAD_KEY' })
  const again = createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }))
  t.same(signerOf(again).kid, signerOf(privateKey).kid)
  t.same(coseKeyOf(createPublicKey(privateKey)), coseKeyOf(privateKey))
})

t.test('bytes that are no message are MALFORMED, never an exception', async t => {
  const signer = generateSigningKey('ES256')
  const key = signer.publicKey
  const header = fromHex('a10126')
  const signature = signer.sign(sigStructure(header, MESSAGE))
  const five = encodeCbor([header, new Map(), MESSAGE, signature, 0])
  t.same(verifySign1(five, key, { tagged: 'any' }), { ok: false, code: 'MALFORMED' }, 'five parts')
  for (const bytes of [new Uint8Array(0), fromHex('ff'), encodeCbor(1), encodeCbor([1, 2, 3, 4])]) {
    t.same(verifySign1(bytes, key, { tagged: 'any' }), { ok: false, code: 'MALFORMED' })
  }
})
