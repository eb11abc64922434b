import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { vectors } from '../fixtures/vectors/read.ts'
import { decodeBase45, encodeBase45 } from './base45.ts'
import { fromHex, toHex } from './bytes.ts'
import { BASE45_CHARS_MAX } from './limits.ts'

t.test('the examples of RFC 9285', async t => {
  const { encode, refuse } = vectors('base45')
  for (const [hex, text] of encode) {
    t.equal(encodeBase45(fromHex(hex)), text)
    t.equal(toHex(decodeBase45(text)), hex)
  }
  for (const text of refuse) t.throws(() => decodeBase45(text), { code: 'MALFORMED' })
})

t.test('any bytes come back', async t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), bytes => {
      assert.deepEqual(decodeBase45(encodeBase45(bytes)), bytes)
    }),
    { numRuns: 300 },
  )
  t.same(decodeBase45(''), new Uint8Array(0))
})

t.test('a text that decodes is the one text of its bytes', async _t => {
  const digit = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:')
  fc.assert(
    fc.property(fc.string({ unit: digit, maxLength: 12 }), text => {
      let bytes: Uint8Array
      try {
        bytes = decodeBase45(text)
      } catch {
        return
      }
      assert.equal(encodeBase45(bytes), text)
    }),
  )
})

t.test('what is no base45 is refused', async t => {
  for (const text of [
    'A',
    'ABCD',
    'bb8',
    'BB8\n',
    'é08',
    'A\u0000B',
    ':::',
    'GGW',
    '::',
    'ÿÿ',
    '｡｡',
  ]) {
    t.throws(() => decodeBase45(text), { code: 'MALFORMED' }, JSON.stringify(text))
  }
})

t.test('the length has a maximum', async t => {
  const most = '0'.repeat(BASE45_CHARS_MAX - (BASE45_CHARS_MAX % 3))
  t.equal(decodeBase45(most).length, (most.length / 3) * 2)
  t.throws(() => decodeBase45('0'.repeat(BASE45_CHARS_MAX + 1)), { code: 'TOO_LARGE' })
})
