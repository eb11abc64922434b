import t from 'tap'
import { EXAMPLE } from '../fixtures/passes/good-cases.ts'
import { PHONE_CLAIMS, phoneIssuer } from '../fixtures/passes/world.ts'
import { decodeClaims } from './claims.ts'
import { verifySign1 } from './cose-node.ts'
import { issuePass, issuePassSync } from './issue.ts'

const { kid, alg, sign } = phoneIssuer
const pass = { claims: PHONE_CLAIMS, kid, alg, sign }

t.test('an issued pass is a COSE_Sign1 that any library verifies', async t => {
  const bytes = await issuePass(pass)
  t.same(bytes, EXAMPLE.signed)
  t.same(bytes, issuePassSync(pass))
  const result = verifySign1(bytes, phoneIssuer.publicKey)
  t.ok(result.ok)
  if (result.ok) t.same(decodeClaims(result.payload), PHONE_CLAIMS)
})

t.test('sizes at the largest index and list number: 195 bytes signed', async t => {
  const claims = { ...PHONE_CLAIMS, statusIndex: 0xffff_ffff, statusList: 'tsl:zzz' }
  t.equal(issuePassSync({ ...pass, claims }).length, 195)
})

t.test('what a gate would refuse to read is not issued', async t => {
  const refused: Partial<typeof pass>[] = [
    { claims: { ...PHONE_CLAIMS, exp: PHONE_CLAIMS.iat } },
    { kid: new Uint8Array(8) },
    { sign: () => new Uint8Array(71) },
  ]
  for (const over of refused) {
    t.throws(() => issuePassSync({ ...pass, ...over }), { code: 'INVALID_ARGUMENT' })
    await t.rejects(issuePass({ ...pass, ...over }), { code: 'INVALID_ARGUMENT' })
  }
})
