import t from 'tap'
import { sipHash24 } from './siphash.ts'

t.test(
  'the vector of the SipHash paper, appendix A, and the first of its reference list',
  async t => {
    const key = Uint8Array.from({ length: 16 }, (_, i) => i)
    const message = Uint8Array.from({ length: 15 }, (_, i) => i)
    t.equal(sipHash24(key, message), 0xa129ca6149be45e5n)
    t.equal(sipHash24(key, new Uint8Array(0)), 0x726fdb47dd0e0e31n)
    t.throws(() => sipHash24(key.subarray(1), message), { code: 'INVALID_ARGUMENT' })
  },
)
