import t from 'tap'
import { ISSUER_KEYS, PHONE_CLAIMS, passOf, withBitTurned } from '../fixtures/passes/world.ts'
import { decodeEnvelope, type PassEnvelope } from './envelope.ts'
import type { IssuerKey } from './keys.ts'
import { type IssuerHalf, IssuerHalfCache } from './verify-cache.ts'

const half = (name: string): IssuerHalf<string> => ({
  claims: PHONE_CLAIMS,
  ctiHex: name,
  issuerKey: ISSUER_KEYS[0] as IssuerKey,
  holderKey: undefined,
})

const envelopeOf = (index: number): PassEnvelope =>
  decodeEnvelope(passOf({ claims: { ...PHONE_CLAIMS, statusIndex: index }, presentedAt: null }))

t.test('a half is found by exactly the bytes that were signed, and the signature', async t => {
  const cache = new IssuerHalfCache<string>(4)
  const envelope = envelopeOf(1)
  cache.add(envelope, half('one'))
  t.equal(cache.find(envelopeOf(1))?.ctiHex, 'one')
  const { protectedBytes, payload, signature } = envelope
  const others: Partial<PassEnvelope>[] = [
    { payload: withBitTurned(payload, 30) },
    { payload: payload.subarray(1) },
    { protectedBytes: withBitTurned(protectedBytes, 5) },
    { signature: withBitTurned(signature, 63) },
    { signature: withBitTurned(signature, 0) },
  ]
  for (const over of others) t.equal(cache.find({ ...envelope, ...over }), undefined)
})

t.test('it keeps copies: the bytes of a pass are brief', async t => {
  const cache = new IssuerHalfCache<string>(4)
  const envelope = envelopeOf(1)
  cache.add(envelope, half('one'))
  const { protectedBytes, payload, signature } = envelope
  for (const bytes of [protectedBytes, payload, signature]) bytes.fill(0)
  t.equal(cache.find(envelopeOf(1))?.ctiHex, 'one')
})

t.test('it is bounded; the longest unused goes first', async t => {
  const cache = new IssuerHalfCache<string>(3)
  for (const index of [1, 2, 3]) cache.add(envelopeOf(index), half(`${index}`))
  cache.find(envelopeOf(1))
  cache.add(envelopeOf(4), half('4'))
  t.equal(cache.size, 3)
  t.equal(cache.find(envelopeOf(2)), undefined, 'the longest unused')
  for (const index of [1, 3, 4]) t.ok(cache.find(envelopeOf(index)))
  cache.add(envelopeOf(4), half('again'))
  t.equal(cache.size, 3)
  t.equal(cache.find(envelopeOf(4))?.ctiHex, 'again')
  cache.clear()
  t.equal(cache.size, 0)
})

t.test('a size of 0 turns it off; other sizes are whole numbers', async t => {
  const off = new IssuerHalfCache<string>(0)
  off.add(envelopeOf(1), half('1'))
  t.equal(off.size, 0)
  for (const wrong of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(() => new IssuerHalfCache(wrong), { code: 'INVALID_ARGUMENT' })
  }
})
