import t from 'tap'
import { bootGate } from './testing/gate.ts'
import { createOrigin, serveOrigin } from './testing/origin.ts'
import { LIST, TrustWorld } from './testing/world.ts'

t.test('boots from factory trust, polls, reboots offline from its cache', async t => {
  const dataDir = t.testdir()
  const world = await TrustWorld.create()
  const origin = createOrigin(world)
  const serviceUrl = await serveOrigin(t, origin)

  const first = bootGate(dataDir, world, { serviceUrl })
  t.same(origin.requests, [], 'nothing is sent before start')
  t.equal(first.keeper.view().issuerKeys(world.issuer.kid).length, 1, 'factory keys are known')
  t.equal(first.keeper.view().status(LIST, 7), 'unknown')
  t.equal(first.keeper.freshness().stage, 'CLOSED')
  t.same(await first.keeper.pollNow(), { code: 'UPDATED' })
  t.equal(first.keeper.view().status(LIST, 7), 'valid')
  t.equal(first.keeper.freshness().stage, 'FRESH')
  t.same(await first.keeper.pollNow(), { code: 'UNCHANGED' })

  await world.publish({ lists: { [LIST]: [7] } })
  t.same(await first.keeper.pollNow(), { code: 'UPDATED' })
  t.equal(first.keeper.view().status(LIST, 7), 'invalid')
  t.equal(first.keeper.view().status(LIST, 8), 'valid')
  await first.keeper.close()

  origin.down = true
  const started = performance.now()
  const second = bootGate(dataDir, world, { serviceUrl })
  t.comment(`booted in ${(performance.now() - started).toFixed(1)} ms`)
  t.equal(second.keeper.view().status(LIST, 7), 'invalid')
  t.equal(second.keeper.view().status(LIST, 8), 'valid')
  t.equal(second.keeper.freshness().stage, 'FRESH')
  t.same(await second.keeper.pollNow(), { code: 'NETWORK', what: 'manifest' })
  t.same(second.codes(), [])
  await second.keeper.close()
})
