import t from 'tap'
import { UUID_RANDOM_BYTES, uuidOf } from './uuid.ts'

t.test('version and variant stand in their places, all else is as drawn', async t => {
  const drawn = (byte: number) => new Uint8Array(UUID_RANDOM_BYTES).fill(byte)
  t.equal(uuidOf(drawn(0)), '00000000-0000-4000-8000-000000000000')
  t.equal(uuidOf(drawn(255)), 'ffffffff-ffff-4fff-bfff-ffffffffffff')
  const counting = Uint8Array.from({ length: UUID_RANDOM_BYTES }, (_, index) => index)
  t.equal(uuidOf(counting), '00010203-0405-4607-8809-0a0b0c0d0e0f')
})
