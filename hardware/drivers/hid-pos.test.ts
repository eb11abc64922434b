/** How many bytes of a code are told when it is dropped. The decoder itself: scanner-hid.test.ts. */
import t from 'tap'
import { frameBytesMax } from '../limits.ts'
import { createHidPosDecoder } from './hid-pos.ts'

function report(length: number, more: boolean): Uint8Array {
  const bytes = new Uint8Array(64).fill(0x41)
  bytes.set([2, length])
  bytes[63] = more ? 1 : 0
  return bytes
}

function watched() {
  const told: string[] = []
  const decoder = createHidPosDecoder({
    onDropped: (fault, bytes) => told.push(`${fault} ${bytes}`),
  })
  return { decoder, told }
}

t.test('cut, then its rest up to its end', async t => {
  const { decoder, told } = watched()
  decoder.push(report(56, true), 0)
  decoder.idle(600)
  decoder.push(report(56, true), 700)
  decoder.push(report(20, false), 710)
  t.strictSame(told, ['CUT 56', 'REST 76'])
  t.equal(decoder.push(report(4, false), 720)[0]?.text, 'AAAA')
  t.equal(told.length, 2)
})

t.test('disturbed, too long, and gone', async t => {
  const { decoder, told } = watched()
  decoder.push(report(56, true), 0)
  decoder.push(new Uint8Array(8), 1)
  decoder.push(new Uint8Array(8), 2)
  decoder.push(report(10, false), 3)
  t.strictSame(told.splice(0), ['BROKEN 64', 'REST 18'])
  for (let sent = 0; sent <= frameBytesMax; sent += 56) decoder.push(report(56, true), 4)
  decoder.push(report(9, false), 5)
  t.strictSame(told.splice(0), [`TOO_LONG ${56 * Math.ceil((frameBytesMax + 1) / 56)}`, 'REST 9'])
  decoder.push(report(7, true), 6)
  decoder.flush()
  decoder.push(Uint8Array.from(report(3, false).fill(0, 5, 8)), 7)
  t.strictSame(told, ['CUT 7', 'BROKEN 3'])
})
