import t from 'tap'
import { NOW, PHONE_CLAIMS, passOf, phoneIssuer, textOf } from '../fixtures/passes/world.ts'
import { encodeBase45 } from './base45.ts'
import { fromHex } from './bytes.ts'
import { encodeCbor } from './cbor.ts'
import { PASS_TEXT_CHARS_MAX } from './limits.ts'
import { decodePassText, encodePassText, readPassText } from './text.ts'

t.test('a text says everything of the pass, unverified', async t => {
  const pass = decodePassText(textOf())
  t.same(pass.claims, PHONE_CLAIMS)
  t.same(pass.kid, phoneIssuer.kid)
  t.equal(pass.alg, 'ES256')
  t.equal(pass.presentation?.presentedAt, NOW)
  t.same(pass.bytes, passOf())
  t.equal(decodePassText(textOf({ presentedAt: null })).presentation, undefined)
})

t.test('only characters of the QR code’s alphanumeric mode', async t => {
  t.match(textOf(), /^RP1:[0-9A-Z $%*+./:-]+$/)
})

t.test('another version is told from garbage', async t => {
  t.throws(() => decodePassText('RP2:00'), { code: 'UNSUPPORTED_VERSION' })
  t.throws(() => decodePassText('RP100:'), { code: 'UNSUPPORTED_VERSION' })
  for (const text of ['', 'RP', 'RP:', 'RPX:00', 'rp2:00', ' RP1:00', 'RP1234:0', '\ufeffRP1:']) {
    t.throws(() => decodePassText(text), { code: 'MALFORMED' }, JSON.stringify(text))
  }
})

t.test('the length at its maximum and one over', async t => {
  const most = encodePassText(new Uint8Array(680))
  t.equal(most.length, PASS_TEXT_CHARS_MAX)
  t.equal(readPassText(most).length, 680)
  t.throws(() => readPassText(`${most}0`), { code: 'MALFORMED', message: /too long/ })
})

t.test('whatever is wrong inside is MALFORMED', async t => {
  const deep = fromHex(`${'81'.repeat(8)}80`)
  for (const bytes of [new Uint8Array(0), encodeCbor(1), deep, passOf().subarray(1)]) {
    t.throws(() => decodePassText(`RP1:${encodeBase45(bytes)}`), { code: 'MALFORMED' })
  }
})

t.test('a countersignature without cnf is MALFORMED, none is not', async t => {
  const claims = { ...PHONE_CLAIMS, holderKey: undefined }
  t.throws(() => decodePassText(textOf({ claims })), { code: 'MALFORMED', message: /without cnf/ })
  t.same(decodePassText(textOf({ claims, presentedAt: null })).claims, claims)
})

t.test('errors never hold the text', async t => {
  const text = textOf()
  for (const broken of [text.slice(0, -1), `${text}00`, text.replace(':', ';'), `x${text}`]) {
    try {
      decodePassText(broken)
      t.fail('read a broken text')
    } catch (error) {
      t.notMatch(String((error as Error).stack), text.slice(10, 30))
    }
  }
})
