import { generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import t from 'tap'
import { bodyHash } from '../../server/auth/proof.ts'
import { signProof } from './proof.ts'

const ASKED = { method: 'POST', path: '/v1/gates/g/events', body: '{"é":1}', id: 'one' }

for (const [name, keys] of [
  ['EdDSA', generateKeyPairSync('ed25519')],
  ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
] as const) {
  t.test(`${name}: another library takes it, as it was signed`, async t => {
    const { privateKey, publicKey } = keys
    const publicJwk = publicKey.export({ format: 'jwk' })
    const proof = signProof({ privateKey, publicJwk }, { ...ASKED, nonce: 'n' })
    const { payload, protectedHeader } = await jwtVerify(proof, publicKey, { typ: 'dpop+jwt' })
    t.same(payload, {
      ...{ htm: 'POST', htu: ASKED.path, jti: 'one', nonce: 'n' },
      bh: bodyHash(Buffer.from(ASKED.body)),
    })
    t.same(protectedHeader, { typ: 'dpop+jwt', alg: name, jwk: publicJwk })
    await t.rejects(jwtVerify(`${proof.slice(0, -8)}AAAAAAAA`, publicKey), {
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    })
  })
}

t.test('without a nonce there is none', async t => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const publicJwk = publicKey.export({ format: 'jwk' })
  const proof = signProof({ privateKey, publicJwk }, { ...ASKED, nonce: undefined })
  t.notOk('nonce' in (await jwtVerify(proof, publicKey)).payload)
  t.notOk('d' in (decodeProtectedHeader(proof).jwk ?? {}), 'nothing private is in it')
})
