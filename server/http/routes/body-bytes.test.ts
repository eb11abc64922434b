import t from 'tap'
import { BODY_GROWS_BYTES } from '../../load/limits.ts'
import { gather } from './body-bytes.ts'

const MIB = 1_048_576

t.test('what came in chunks of any size is given whole', async t => {
  const sizes = [1, 0, BODY_GROWS_BYTES - 1, BODY_GROWS_BYTES, 3 * BODY_GROWS_BYTES + 7]
  const all = Buffer.concat(sizes.map((size, n) => Buffer.alloc(size, n + 1)))
  const body = gather(all.length)
  let from = 0
  for (const size of sizes) {
    t.equal(body.add(all.subarray(from, from + size)), from + size)
    from += size
  }
  const whole = body.whole()
  t.ok(all.equals(whole), 'to the maximum, which is no multiple of a step')
  t.throws(() => body.add(Uint8Array.of(1)), RangeError, 'and no byte more')
  body.drop()
  t.ok(all.equals(whole), 'a copy, which stays')
  t.equal(gather(8).whole().length, 0, 'none')
})

t.test('its memory is given back at once', async t => {
  const resident = () => process.memoryUsage.rss() / MIB
  const chunk = Buffer.alloc(8 * MIB, 'a')
  const before = resident()
  const bodies = Array.from({ length: 16 }, () => gather(8 * MIB))
  for (const body of bodies) body.add(chunk)
  const full = resident() - before
  for (const body of bodies) body.drop()
  const dropped = resident() - before
  const told = [full, dropped].map(one => `${one.toFixed()} MiB`).join(', ')
  t.ok(full > 120 && dropped < 32, told)
})
