import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { ADDRESSES_MAX } from '../limits.ts'
import { openWorld } from '../testing/world.ts'
import { createAddressCap } from './address-cap.ts'

t.test('so many a second, each address by itself', async t => {
  const cap = createAddressCap(3)
  const take = (address: string, now: number) => cap.take(address, now)
  t.same(
    [1, 2, 3, 4].map(() => take('a', 5000)),
    [true, true, true, false],
  )
  t.equal(take('b', 5999), true)
  t.equal(take('a', 5999), false)
  t.equal(take('a', 6000), true)
})

t.test('more addresses than are counted are let through', async t => {
  const cap = createAddressCap(1)
  for (let i = 0; i < ADDRESSES_MAX; i++) cap.take(`a${i}`, 5000)
  t.equal(cap.take('a0', 5000), false)
  t.equal(cap.take('one more', 5000), true)
  t.equal(cap.take('one more', 5000), true)
})

t.test('over the cap: 429; what gates fetch is not counted', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const url = await world.listen()
  const statuses = async (path: string) => {
    const seen = new Map<number, number>()
    for (let i = 0; i < world.service.config.addressRate + 5; i++) {
      const answer = await fetch(`${url}${path}`)
      await answer.arrayBuffer()
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
    }
    return Object.fromEntries(seen)
  }
  const rate = world.service.config.addressRate
  t.same(await statuses('/v1/trust/manifest'), { 200: rate + 5 })
  t.same(await statuses('/healthz'), { 200: rate, 429: 5 })
})
