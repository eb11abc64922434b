import t from 'tap'
import {
  KEYS,
  signedManifest,
  statusSigner,
  timeSigner,
  trustKey,
  trustOf,
} from '../../fixtures/passes/trust-world.ts'
import { NOW } from '../../fixtures/passes/world.ts'
import { nodeVerifier } from '../cose-node.ts'
import { TIME_ANSWER_BYTES_MAX } from '../limits.ts'
import { signTimeAnswer, verifyTimeAnswer } from './signed-time.ts'
import { DOCUMENT_TYPE, signDocument } from './trust-envelope.ts'

const nonce = new Uint8Array(16).fill(9)
const answer = { nonce, time: NOW * 1000 + 123, manifestVersion: NOW }

const judge = (bytes: Uint8Array, trust = trustOf(), asked = nonce): unknown => {
  const result = verifyTimeAnswer(trust, bytes, nodeVerifier, asked)
  return result.ok ? result.answer : result.code
}

t.test('a time key’s answer to our nonce is believed', async t => {
  t.same(judge(await signTimeAnswer(answer, timeSigner)), answer)
})

t.test('attack: an old answer, or one to somebody else', async t => {
  const bytes = await signTimeAnswer(answer, timeSigner)
  t.equal(judge(bytes, trustOf(), new Uint8Array(16)), 'WRONG_NONCE')
  t.equal(judge(bytes, trustOf(), nonce.subarray(1)), 'WRONG_NONCE')
})

t.test('attack: another role’s key, or a time key outside its window', async t => {
  t.equal(judge(await signTimeAnswer(answer, statusSigner)), 'UNSIGNED')
  const keys = KEYS.filter(key => key.role !== 'time')
  const old = trustOf({ keys: [...keys, trustKey('time', timeSigner, { to: NOW })] })
  t.equal(judge(await signTimeAnswer(answer, timeSigner), old), 'UNSIGNED')
})

t.test('other bytes', async t => {
  t.equal(judge(new Uint8Array(TIME_ANSWER_BYTES_MAX + 1)), 'LENGTH')
  t.equal(judge(new Uint8Array(TIME_ANSWER_BYTES_MAX)), 'MALFORMED')
  const empty = await signDocument(DOCUMENT_TYPE.time, Uint8Array.of(0xa0), timeSigner)
  t.equal(judge(empty), 'MALFORMED', 'signed, yet no answer')
  t.equal(judge(await signedManifest()), 'WRONG_TYPE')
  for (const wrong of [
    { ...answer, nonce: new Uint8Array(7) },
    { ...answer, nonce: new Uint8Array(33) },
    { ...answer, time: -1 },
    { ...answer, time: 0.5 },
  ]) {
    await t.rejects(signTimeAnswer(wrong, timeSigner), { code: 'INVALID_ARGUMENT' })
  }
})
