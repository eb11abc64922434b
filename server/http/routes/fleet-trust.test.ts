/** Trust as staff see it, and a manifest at their word; on each engine. */
import { tempDir } from '../../../fixtures/temp-dir.ts'
import type { TrustView } from '../../publish/trust-view.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { openWorld } from '../../testing/world.ts'

const DAY_MS = 86_400_000

await onEachEngine(async (t, newPlace) => {
  const world = await openWorld(tempDir(), 2, await newPlace())
  t.teardown(() => world.close())
  const operator = await world.signIn('operator')
  const shown = async () => {
    const answer = await world.call('/v1/fleet/trust', { headers: operator })
    return (await answer.json()) as TrustView
  }
  const newest = () => world.service.publisher.latest()?.version ?? 0

  await t.test('documents with their ends, keys by role with their states', async t => {
    const { document, manifest, keys, ...view } = await shown()
    t.match(view, { at: world.clock.time, environment: 'test', denied: [] })
    t.match(document, { version: 1, threshold: 2, roots: 3 })
    t.ok(document.expiresAt > world.clock.time && document.issuedAt <= world.clock.time)
    t.match(manifest, { version: newest(), madeAt: world.clock.time, lists: Number })
    t.equal(manifest?.expiresAt, Math.floor(world.clock.time / 1000) * 1000 + DAY_MS)
    const roles = [...new Set(keys.map(({ role }) => role))]
    t.same(roles, ['root', 'issuer', 'status', 'time', 'config'])
    t.ok(
      keys.every(({ role, held }) => held === (role !== 'root')),
      'roots are never here',
    )
    const states = keys.filter(key => key.passClass === 'phone').map(({ state }) => state)
    t.same(states, ['current', 'future'])
    world.clock.time += DAY_MS
    const later = (await shown()).keys.filter(key => key.passClass === 'phone')
    t.same(
      later.map(({ state }) => state),
      ['past', 'current'],
    )
    world.clock.time -= DAY_MS
  })

  await t.test('a denied key says so', async t => {
    const kid = (await shown()).keys.find(({ role }) => role === 'issuer')?.kid
    await world.post('/v1/trust/denied-kids', { kid, reason: 'lost' }, operator)
    const { keys, denied } = await shown()
    t.same(denied, [{ kid, at: world.clock.time }])
    t.equal(keys.find(one => one.kid === kid)?.state, 'denied')
  })

  await t.test('a new manifest though nothing has changed, and who asked for it', async t => {
    const before = newest()
    const answer = await world.post('/v1/trust/publish', { reason: 'drill' }, operator)
    const { manifestVersion } = (await answer.json()) as { manifestVersion: number }
    t.ok(manifestVersion > before)
    t.equal(newest(), manifestVersion)
    await world.service.publisher.publishNow()
    t.equal(newest(), manifestVersion, 'and no other after it')
    const audit = await world.call('/v1/audit?action=trust.publish', { headers: operator })
    const subject = `manifest ${manifestVersion}`
    t.match(await audit.json(), { rows: [{ subject, detail: { reason: 'drill' } }] })
  })
})
