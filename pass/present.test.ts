import t from 'tap'
import { goldenFile, viewOf } from '../fixtures/passes/golden.ts'
import { EXAMPLE } from '../fixtures/passes/good-cases.ts'
import { holder, NOW, PHONE_CLAIMS, passOf } from '../fixtures/passes/world.ts'
import { nodeVerifier } from './cose-node.ts'
import type { Ec2Key } from './crypto.ts'
import { presentPass } from './present.ts'
import { encodePassText } from './text.ts'
import { createPassVerifier } from './verify.ts'

const strict = { purpose: 'entry', expiredByMaxMs: 0, staleByMaxMs: 0 } as const

t.test('a presentation is the pass with the holder’s countersignature', async t => {
  const { sign } = holder
  t.same(await presentPass({ pass: EXAMPLE.signed, presentedAt: NOW, sign }), EXAMPLE.presented)
})

t.test('presenting again replaces the countersignature', async t => {
  const { sign } = holder
  const later = await presentPass({ pass: EXAMPLE.presented, presentedAt: NOW + 15, sign })
  t.same(later, passOf({ presentedAt: NOW + 15 }))
})

t.test('sizes at the largest index and list number: 276 bytes, 418 characters', async t => {
  const claims = { ...PHONE_CLAIMS, statusIndex: 0xffff_ffff, statusList: 'tsl:zzz' }
  const pass = passOf({ claims, presentedAt: null })
  const presented = await presentPass({ pass, presentedAt: 0xffff_ffff, sign: holder.sign })
  t.equal(presented.length, 276)
  t.equal(encodePassText(presented).length, 418)
})

t.test('WebCrypto of a browser presents with a key that can’t be extracted', async t => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
    'verify',
  ])
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const y = ((point[64] as number) & 1) === 1
  const holderKey: Ec2Key = { kty: 'EC2', crv: 'P-256', x: point.slice(1, 33), y }
  const presented = await presentPass({
    pass: passOf({ claims: { ...PHONE_CLAIMS, holderKey }, presentedAt: null }),
    presentedAt: NOW,
    sign: async message =>
      new Uint8Array(
        await crypto.subtle.sign(
          { name: 'ECDSA', hash: 'SHA-256' },
          pair.privateKey,
          new Uint8Array(message),
        ),
      ),
  })
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })
  const result = verifier.verify(
    encodePassText(presented),
    viewOf(goldenFile()),
    strict,
    NOW * 1000,
  )
  t.match(result, { ok: true, pass: { presentedAt: NOW } })
})

t.test('wrong input is refused', async t => {
  const { sign } = holder
  const pass = EXAMPLE.signed
  for (const presentedAt of [-1, 0.5, 2 ** 32, Number.NaN]) {
    await t.rejects(presentPass({ pass, presentedAt, sign }), { code: 'INVALID_ARGUMENT' })
  }
  await t.rejects(presentPass({ pass: pass.subarray(1), presentedAt: NOW, sign }), {
    code: 'MALFORMED',
  })
  const der = (): Uint8Array => new Uint8Array(70)
  await t.rejects(presentPass({ pass, presentedAt: NOW, sign: der }), { code: 'INVALID_ARGUMENT' })
})
