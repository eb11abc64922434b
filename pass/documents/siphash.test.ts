import t from 'tap'
import { sipHash24, sipHashHalves } from './siphash.ts'

/** Of messages 00, 01, 02 … by their length: the list of the reference implementation (vectors.h). */
const BY_LENGTH = [
  ...['310e0edd47db6f72', 'fd67dc93c539f874', '5a4fa9d909806c0d', '2d7efbd796666785'],
  ...['b7877127e09427cf', '8da699cd64557618', 'cee3fe586e46c9cb', '37d1018bf50002ab'],
  ...['6224939a79f5f593', 'b0e4a90bdf82009e', 'f3b9dd94c5bb5d7a', 'a7ad6b22462fb3f4'],
  ...['fbe50e86bc8f1e75', '903d84c02756ea14', 'eef27a8e90ca23f7', 'e545be4961ca29a1'],
]
const from0 = (length: number) => Uint8Array.from({ length }, (_, i) => i)
const KEY = from0(16)

t.test('the vector of the SipHash paper, appendix A, and the reference list', async t => {
  t.equal(sipHash24(KEY, from0(15)), 0xa129ca6149be45e5n)
  for (const [length, expected] of BY_LENGTH.entries()) {
    const hash = Buffer.alloc(8)
    hash.writeBigUInt64LE(sipHash24(KEY, from0(length)))
    t.equal(hash.toString('hex'), expected, `${length} bytes`)
  }
})

t.test('its halves, and a key of another length', async t => {
  t.same(sipHashHalves(KEY, from0(15)), { low: 0x49be45e5, high: 0xa129ca61 })
  t.throws(() => sipHash24(KEY.subarray(1), from0(15)), { code: 'INVALID_ARGUMENT' })
})
