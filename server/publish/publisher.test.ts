import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import {
  decodeManifest,
  decodeTrust,
  type Manifest,
  type SignedManifest,
  verifyManifest,
} from '../../pass/documents/trust.ts'
import { STATUS_LIST_GRACE_MS } from '../../pass/limits.ts'
import { revisionsOf } from '../domain/publication.ts'
import { issueAtWindow } from '../services/issue.ts'
import { endCertificate, type StatusRevision } from '../store/certificates/certificates.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { openWorld, reopenWorld, type World } from '../testing/world.ts'
import { createPublisher } from './publisher.ts'
import { fileSigner } from './signer.ts'

const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())
const manifestOf = async (world: World) =>
  decodeManifest(await bytesOf(await world.call('/v1/trust/manifest')))

/** Waits until the manifest is as wanted, at most three seconds. */
async function until(world: World, wanted: (manifest: Manifest) => boolean): Promise<Manifest> {
  for (let i = 0; i < 120; i++) {
    const manifest = await manifestOf(world)
    if (wanted(manifest)) return manifest
    await sleep(25)
  }
  throw new Error('the manifest did not come')
}

async function issueAndRevoke(world: World, agent: Record<string, string>, n: number) {
  const person = { name: 'AB CD', documentType: 'passport', documentNumber: `E${10_000 + n}` }
  const issued = await world.post('/v1/desk/certificates', { person, reason: 'x' }, agent)
  const { certificate } = (await issued.json()) as { certificate: { id: string } }
  const started = performance.now()
  const path = `/v1/desk/certificates/${certificate.id}/revoke`
  const answer = await world.post(path, { reason: 'x' }, agent)
  const { manifestVersion } = (await answer.json()) as { manifestVersion: number | null }
  return { manifestVersion, ms: performance.now() - started }
}

t.test('signed again within 60 s, with nothing else changed', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const first = await manifestOf(world)
  t.equal(first.version, first.iat, 'seconds, when that is more than last + 1')
  t.equal(first.exp - first.iat, 24 * 3600)
  world.clock.time += 30_000
  await sleep(600)
  t.equal((await manifestOf(world)).version, first.version, 'not more often than needed')
  world.clock.time += 20_000
  const second = await until(world, manifest => manifest.version > first.version)
  t.equal(second.iat - first.iat, 50)
  t.same(second.lists, first.lists)
})

t.test('each revocation answers with its manifest, quickly, also in a burst', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const agent = await world.signIn('agent')
  const one = await issueAndRevoke(world, agent, 1)
  const two = await issueAndRevoke(world, agent, 2)
  t.ok((two.manifestVersion ?? 0) > (one.manifestVersion ?? 0))
  const burst = await Promise.all(
    Array.from({ length: 40 }, (_, n) => issueAndRevoke(world, agent, n + 3)),
  )
  // An answer waits a second for its manifest, and has none after that.
  for (const { manifestVersion, ms } of burst) t.ok(manifestVersion !== null, `${ms.toFixed()} ms`)
  const versions = new Set(burst.map(done => done.manifestVersion))
  t.ok(versions.size < 20, `${versions.size} manifests for 40 revocations`)
})

t.test('a gate that follows finds every step in order', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const agent = await world.signIn('agent')
  const trust = decodeTrust(await bytesOf(await world.call('/v1/trust/document/1')))
  let current: SignedManifest | undefined
  for (let i = 0; i < 12; i++) {
    await issueAndRevoke(world, agent, i)
    if (i % 4 === 3) world.clock.time += 3600_000
    const bytes = await bytesOf(await world.call('/v1/trust/manifest'))
    const nowMs = world.clock.time + 120_000
    const result = verifyManifest(trust, bytes, nodeVerifier, { nowMs, current })
    t.match(result, { ok: true, changed: true })
    if (result.ok) current = result
  }
})

t.test('two replicas on one database: one order, each list version one file', async t => {
  const dir = tempDir()
  const a = await openWorld(dir)
  const b = await reopenWorld(dir, a.clock)
  t.teardown(async () => {
    await b.close()
    await a.close()
  })
  const agent = await a.signIn('agent')
  const trust = decodeTrust(await bytesOf(await a.call('/v1/trust/document/1')))
  for (let n = 0; n < 10; n++) {
    const { manifestVersion } = await issueAndRevoke(n % 2 === 0 ? a : b, agent, n)
    t.not(manifestVersion, null)
  }
  const rows = await a.service.db
    .selectFrom('published_manifests')
    .select(['version', 'bytes'])
    .orderBy('version')
    .execute()
  t.ok(rows.length > 3)
  let current: SignedManifest | undefined
  for (const { bytes } of rows) {
    const against = { nowMs: a.clock.time + 120_000, current }
    const result = verifyManifest(trust, bytes, nodeVerifier, against)
    t.ok(result.ok, result.ok ? '' : result.code)
    if (result.ok) current = result
  }
  const last = current?.manifest.version as number
  await until(a, manifest => manifest.version >= last)
  await until(b, manifest => manifest.version >= last)
})

t.test('after a restart the version goes on, even if the clock went back', async t => {
  const dir = tempDir()
  const world = await openWorld(dir)
  const before = await manifestOf(world)
  await world.close()
  world.clock.time -= 3600_000
  const again = await reopenWorld(dir, world.clock)
  t.teardown(() => again.close())
  const after = await manifestOf(again)
  t.equal(after.version, before.version + 1)
})

t.test('tomorrow’s list is known before midnight; old ones leave', async t => {
  const world = await openWorld(tempDir(), 5)
  t.teardown(() => world.close())
  t.equal((await manifestOf(world)).lists.length, 1)
  const midnight = Math.ceil(world.clock.time / 86_400_000) * 86_400_000
  world.clock.time = midnight - 60_000
  const late = await until(world, manifest => manifest.lists.length === 2)
  t.same(
    late.lists.map(list => list.uri),
    ['tsl:1', 'tsl:2'],
  )
  // A certificate's last day, then as long as exits take its passes.
  world.clock.time = midnight + 24 * 3600_000 + STATUS_LIST_GRACE_MS + 1000
  const next = await until(world, manifest => manifest.lists.every(list => list.uri !== 'tsl:1'))
  t.ok(next.lists.length >= 1)
})

t.test('a denied issuer key is in the manifest at once and signs no more', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const operator = await world.signIn('operator')
  const { publisher } = world.service
  const kid = Buffer.from(publisher.key({ role: 'issuer', passClass: 'phone' }).kid).toString('hex')
  const heard: number[] = []
  publisher.onChange(
    () => heard.push(publisher.latest()?.version ?? 0),
    () => {},
  )
  const unknown = await world.post(
    '/v1/trust/denied-kids',
    { kid: '00000000', reason: 'x' },
    operator,
  )
  t.equal(unknown.status, 404)
  const denied = await world.post('/v1/trust/denied-kids', { kid, reason: 'stolen' }, operator)
  t.equal(denied.status, 200)
  const manifest = await manifestOf(world)
  t.same(
    manifest.revokedKids.map(one => Buffer.from(one).toString('hex')),
    [kid],
  )
  t.same(heard, [manifest.version])
  t.throws(() => publisher.key({ role: 'issuer', passClass: 'phone' }), { code: 'NO_KEY' })
})

t.test('withdrawn keys are missed within seconds; publishing goes on', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const keys = join(world.dir, 'trust/online')
  for (const name of readdirSync(keys)) if (name.startsWith('issuer-')) rmSync(join(keys, name))
  const first = await manifestOf(world)
  world.clock.time += 50_000
  await until(world, manifest => manifest.version > first.version)
  t.throws(() => world.service.publisher.key({ role: 'issuer', passClass: 'phone' }), {
    code: 'NO_KEY',
  })
})

t.test('a replica that was overtaken while it signed starts over', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const slowDb = await openDatabase(join(world.dir, 'service.db'))
  const keys = fileSigner(join(world.dir, 'trust/online'))
  const signing = Promise.withResolvers<void>()
  const hold = Promise.withResolvers<void>()
  let holding = false
  const slow = createPublisher({
    ...world.service,
    db: slowDb,
    trustFolder: join(world.dir, 'trust'),
    environment: 'test',
    signer: {
      refresh: () => {},
      keys: () =>
        keys.keys().map(key => ({
          ...key,
          async sign(message) {
            if (holding) {
              signing.resolve()
              await hold.promise
            }
            return key.sign(message)
          },
        })),
    },
  })
  t.teardown(async () => {
    await slow.stop()
    await slowDb.destroy()
  })
  await slow.start()
  holding = true
  await world.service.publisher.stop()
  const stale = await endUnpublished(world, 1)
  const publishing = slow.publishNow()
  await signing.promise
  const newer = await endUnpublished(world, 2)
  const quick = createPublisher({
    ...world.service,
    trustFolder: join(world.dir, 'trust'),
    environment: 'test',
    signer: keys,
  })
  t.teardown(() => quick.stop())
  await quick.start()
  hold.resolve()
  await publishing
  const revision = revisionsOf(slow.latest()?.basis ?? '').get(newer.list)
  t.equal(revision, newer.revision)
  t.ok(newer.revision > stale.revision)
})

/** A certificate issued and ended in the database, with nobody told. */
async function endUnpublished(world: World, n: number): Promise<StatusRevision> {
  const { service } = world
  const identity = {
    name: 'AB CD',
    documentType: 'passport',
    documentNumber: `F${10_000 + n}`,
  } as const
  const rest = { reason: 'x', replaceActive: false, by: 'x' }
  const issued = await issueAtWindow(service, { ...identity, ...rest })
  if (issued.state !== 'issued') throw new Error('it waits')
  const now = world.clock.time
  const change = await service.db
    .transaction()
    .execute(tx => endCertificate(tx, issued.id, 'revoked', now))
  if (change === undefined) throw new Error('it had ended')
  return change
}
