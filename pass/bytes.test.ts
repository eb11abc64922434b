import t from 'tap'
import { compareBytes, concatBytes, equalBytes, fromHex, toHex } from './bytes.ts'

t.test('hexadecimal goes both ways', async t => {
  t.same(fromHex('00fF10'), Uint8Array.of(0, 255, 16))
  t.equal(toHex(Uint8Array.of(0, 255, 16)), '00ff10')
  for (const text of ['0', '0g', ' 00', '0x']) {
    t.throws(() => fromHex(text), { code: 'INVALID_ARGUMENT' })
  }
})

t.test('comparing and joining', async t => {
  const [ab, abc, b] = [Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3), Uint8Array.of(2)]
  t.ok(compareBytes(ab, abc) < 0, 'a prefix comes first')
  t.ok(compareBytes(b, abc) > 0)
  t.equal(compareBytes(ab, Uint8Array.of(1, 2)), 0)
  t.ok(equalBytes(ab, Uint8Array.of(1, 2)))
  t.notOk(equalBytes(ab, abc))
  t.notOk(equalBytes(ab, Uint8Array.of(1, 3)))
  t.same(concatBytes(ab, b, new Uint8Array(0), abc), Uint8Array.of(1, 2, 2, 1, 2, 3))
})
