/** A stolen status key, over real HTTP: what it can't do, and how the gate recovers from it. */
import t from 'tap'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { bootGate, goodGate } from '../testing/trust/gate.ts'
import { createOrigin, serveOrigin } from '../testing/trust/origin.ts'
import { LIST, T0 } from '../testing/trust/world.ts'
import { KEPT_LISTS_MAX } from '../trust/limits.ts'

type Good = Awaited<ReturnType<typeof goodGate>>

/** What a restart without a network makes of the cache. */
async function rebooted(gate: Good, look: (again: ReturnType<typeof bootGate>) => void) {
  await gate.keeper.close()
  const again = bootGate(gate.dataDir, gate.world)
  look(again)
  await again.keeper.close()
}

t.test('un-revoking: a newer list without the bit does not clear it', async t => {
  const gate = await goodGate(t)
  await gate.world.publish({ lists: { [LIST]: [9] } })
  t.same(await gate.keeper.pollNow(), { code: 'UPDATED' })
  for (const [index, status] of [
    [7, 'invalid'],
    [9, 'invalid'],
    [8, 'valid'],
  ] as const) {
    t.equal(gate.keeper.view().status(LIST, index, T0 * 1000), status)
  }
  await rebooted(gate, ({ keeper }) => {
    t.equal(keeper.view().status(LIST, 7, T0 * 1000), 'invalid', 'nor over a restart')
    t.equal(keeper.view().status(LIST, 8, T0 * 1000), 'valid')
  })
})

t.test('un-revoking: a list that leaves and comes back clean', async t => {
  const gate = await goodGate(t)
  await gate.world.publish({ lists: {} })
  await gate.keeper.pollNow()
  t.equal(
    gate.keeper.view().status(LIST, 7, T0 * 1000),
    'invalid',
    'known revocations outlive their list',
  )
  t.equal(gate.keeper.view().status(LIST, 8, T0 * 1000), 'unknown')
  await gate.world.publish({ lists: { [LIST]: [] } })
  await gate.keeper.pollNow()
  t.equal(gate.keeper.view().status(LIST, 7, T0 * 1000), 'invalid')
  t.equal(gate.keeper.view().status(LIST, 8, T0 * 1000), 'valid')
})

t.test('un-revoking: a shorter list loses neither bits nor places', async t => {
  const gate = await goodGate(t)
  await gate.world.publish({ lists: { [LIST]: [60_000] } })
  await gate.keeper.pollNow()
  const manifest = await gate.world.manifest({})
  const short = await gate.world.upload(LIST, [], T0, 800)
  const { signManifest } = await import('../../pass/documents/trust.ts')
  gate.world.files.manifest = await signManifest({ ...manifest, lists: [short] }, gate.world.status)
  t.same(await gate.keeper.pollNow(), { code: 'UPDATED' })
  t.equal(gate.keeper.view().status(LIST, 60_000, T0 * 1000), 'invalid')
  t.equal(
    gate.keeper.view().status(LIST, 60_001, T0 * 1000),
    'unknown',
    'past the end of the list we have',
  )
  t.equal(gate.keeper.view().status(LIST, 799, T0 * 1000), 'valid')
})

t.test('un-revoking: a kid once revoked stays so', async t => {
  const gate = await goodGate(t)
  const { kid } = gate.world.issuer
  let changes = 0
  gate.keeper.onTrustChanged(() => changes++)
  t.notOk(gate.keeper.view().kidRevoked(kid))
  await gate.world.publish({ lists: { [LIST]: [7] }, revokedKids: [kid] })
  await gate.keeper.pollNow()
  t.ok(gate.keeper.view().kidRevoked(kid))
  t.equal(changes, 1, 'cached issuer halves are flushed')
  await gate.world.publish({ lists: { [LIST]: [7] } })
  await gate.keeper.pollNow()
  t.ok(gate.keeper.view().kidRevoked(kid))
  t.equal(changes, 1)
  await rebooted(gate, ({ keeper }) => t.ok(keeper.view().kidRevoked(kid)))
})

t.test('flooding with lists to push revocations out of memory is refused', async t => {
  const gate = await goodGate(t)
  const names = (round: number) => {
    const lists: Record<string, number[]> = {}
    for (let i = 0; i < 40; i++) lists[`tsl:${round}x${i}`] = [1]
    return lists
  }
  await gate.world.publish({ lists: names(1) })
  t.same(await gate.keeper.pollNow(), { code: 'UPDATED' })
  await gate.world.publish({ lists: names(2) })
  t.same(await gate.keeper.pollNow(), { code: 'UPDATED' })
  await gate.world.publish({ lists: names(3) })
  t.same(await gate.keeper.pollNow(), { code: 'LENGTH', what: 'kept revocations' })
  t.ok(KEPT_LISTS_MAX < 80)
  t.equal(gate.keeper.view().status(LIST, 7, T0 * 1000), 'invalid')
})

t.test('fast-forward and mass revocation, recovered by rotating the status key', async t => {
  const gate = await goodGate(t)
  const { world, keeper } = gate
  const stolen = world.status
  const everything = Array.from({ length: 65_536 }, (_, index) => index)
  await world.publish({
    lists: { [LIST]: everything },
    revokedKids: [world.issuer.kid],
    version: 2 ** 47,
    signer: stolen,
  })
  t.same(await keeper.pollNow(), { code: 'UPDATED' }, 'it is believed: the key is')
  t.equal(keeper.view().status(LIST, 8, T0 * 1000), 'invalid')
  t.ok(keeper.view().kidRevoked(world.issuer.kid))

  world.manifestVersion = T0 + 10
  await world.publish({ lists: { [LIST]: [7] } })
  t.same(await keeper.pollNow(), { code: 'ROLLBACK', what: 'manifest' }, 'fast-forwarded')
  t.same(gate.codes(), ['TRUST_ROLLBACK'])

  const fresh = generateSigningKey('ES256')
  const keys = world.keys().filter(key => key.role !== 'status')
  await world.rotate({ keys: [...keys, world.key('status', fresh)] })
  await world.publish({ lists: { [LIST]: [7] }, signer: fresh })
  t.same(await keeper.pollNow(), { code: 'UPDATED' })
  t.equal(keeper.view().status(LIST, 7, T0 * 1000), 'invalid')
  t.equal(keeper.view().status(LIST, 8, T0 * 1000), 'valid', 'its bits are gone')
  t.notOk(keeper.view().kidRevoked(world.issuer.kid))
  t.equal(keeper.status().manifestVersion, world.manifestVersion, 'and its version')

  world.files.manifest = await world.publish({ lists: {}, version: 2 ** 47 + 1, signer: stolen })
  t.same(await keeper.pollNow(), { code: 'UNSIGNED', what: 'manifest' }, 'it signs no more')
  await rebooted(gate, ({ keeper: again }) => {
    t.equal(again.view().status(LIST, 8, T0 * 1000), 'valid')
    t.equal(again.view().status(LIST, 7, T0 * 1000), 'invalid')
    t.notOk(again.view().kidRevoked(world.issuer.kid))
  })
})

t.test('the same recovery by a gate that was off meanwhile and steps three versions', async t => {
  const gate = await goodGate(t)
  const { world } = gate
  await world.publish({ lists: { [LIST]: [7, 8] }, version: 2 ** 47 })
  await gate.keeper.pollNow()
  await gate.keeper.close()
  const fresh = generateSigningKey('ES256')
  const keys = world.keys().filter(key => key.role !== 'status')
  await world.rotate({ iat: T0 - 100 * 86_400, exp: T0 - 50 * 86_400 })
  await world.rotate()
  await world.rotate({ keys: [...keys, world.key('status', fresh)] })
  world.manifestVersion = T0 + 10
  await world.publish({ lists: { [LIST]: [7] }, signer: fresh })
  const again = bootGate(gate.dataDir, world, { serviceUrl: gate.serviceUrl })
  t.same(await again.keeper.pollNow(), { code: 'UPDATED' })
  t.match(again.keeper.status(), { trustVersion: 4, manifestVersion: T0 + 11 })
  t.equal(again.keeper.view().status(LIST, 8, T0 * 1000), 'valid')
  t.equal(again.keeper.view().status(LIST, 7, T0 * 1000), 'invalid')
  await again.keeper.close()
})

t.test(
  'when the signer leaves and no manifest follows, the gate closes and keeps nothing of it',
  async t => {
    const gate = await goodGate(t)
    const { world } = gate
    const old = world.files.manifest
    const fresh = generateSigningKey('ES256')
    const keys = world.keys().filter(key => key.role !== 'status')
    await world.rotate({ keys: [...keys, world.key('status', fresh)] })
    await world.publish({ lists: { [LIST]: [7] }, signer: fresh })
    world.files.lists.clear()
    t.same(await gate.keeper.pollNow(), { code: 'NETWORK', what: LIST })
    t.equal(gate.keeper.status().trustVersion, 2)
    t.equal(gate.keeper.view().status(LIST, 7, T0 * 1000), 'unknown')
    t.equal(gate.keeper.freshness().stage, 'CLOSED')
    world.files.manifest = old
    t.same(await gate.keeper.pollNow(), { code: 'UNSIGNED', what: 'manifest' }, 'asked anew')
    await world.publish({ lists: { [LIST]: [7] }, signer: fresh })
    t.same(await gate.keeper.pollNow(), { code: 'UPDATED' })
    t.equal(gate.keeper.freshness().stage, 'FRESH')
  },
)

t.test(
  'a gate shipped with newer trust drops what it can no longer verify, without a damage report',
  async t => {
    const gate = await goodGate(t)
    await gate.keeper.close()
    const { world } = gate
    const fresh = generateSigningKey('ES256')
    const keys = world.keys().filter(key => key.role !== 'status')
    await world.rotate()
    world.factory = await world.rotate({ keys: [...keys, world.key('status', fresh)] })
    const origin = createOrigin(world)
    await world.publish({ lists: { [LIST]: [3] }, signer: fresh })
    const again = bootGate(gate.dataDir, world, { serviceUrl: await serveOrigin(t, origin) })
    t.match(again.keeper.status(), { trustVersion: 3, manifestVersion: undefined, lists: 0 })
    again.keeper.start()
    t.same(await again.keeper.pollNow(), { code: 'UNCHANGED' }, 'start has polled before')
    await again.keeper.close()
    t.notOk(again.codes().includes('TRUST_CACHE_DAMAGED'))
    const third = bootGate(gate.dataDir, world)
    t.match(third.keeper.status(), { trustVersion: 3, lists: 1 })
    t.equal(third.keeper.view().status(LIST, 7, T0 * 1000), 'valid')
    await third.keeper.close()
  },
)
