/** A database that comes back from a backup, as a gate and a thief of old codes would see it. */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { statusListUri } from '../pass/claims.ts'
import { nodeVerifier } from '../pass/cose-node.ts'
import { decodeTrust, type SignedManifest, verifyManifest } from '../pass/trust.ts'
import { markRestored } from './restored.ts'
import { openDatabase } from './store/engines.ts'
import { makeClient, openWorld, reopenWorld, type World } from './testing/world.ts'

const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())

/** A gate that remembers the last manifest. */
function gateOf() {
  let current: SignedManifest | undefined
  return async (world: World) => {
    const trust = decodeTrust(await bytesOf(await world.call('/v1/trust/document/1')))
    const bytes = await bytesOf(await world.call('/v1/trust/manifest'))
    const result = verifyManifest(trust, bytes, nodeVerifier, { nowMs: world.clock.time, current })
    if (!result.ok) return result.code
    current = result
    return result.manifest
  }
}

let n = 0
async function issue(world: World, agent: Record<string, string>) {
  const person = { name: 'AB CD', documentType: 'passport', documentNumber: `E${10_000 + n++}` }
  const answer = await world.post('/v1/desk/certificates', { person, reason: 'x' }, agent)
  return (await answer.json()) as { certificate: { id: string }; claim: { code: string } }
}

async function placesOf(world: World) {
  const rows = await world.service.db
    .selectFrom('certificates')
    .select(['id', 'list', 'status_index'])
    .execute()
  return new Map(rows.map(row => [row.id, `${row.list} ${row.status_index}`]))
}

t.test('nothing is given out twice, and no gate sees a rollback', async t => {
  const dir = t.testdir()
  const gate = gateOf()
  let world = await openWorld(dir)
  const { clock } = world
  const agent = await world.signIn('agent')
  const before = await issue(world, agent)
  await world.close()
  const file = join(dir, 'service.db')
  copyFileSync(file, `${file}.backup`)

  world = await reopenWorld(dir, clock)
  const lost = []
  for (let i = 0; i < 5; i++) {
    const { certificate } = await issue(world, agent)
    lost.push(certificate.id)
    await world.post(`/v1/desk/certificates/${certificate.id}/revoke`, { reason: 'x' }, agent)
  }
  const phone = makeClient(world, 'ES256')
  const holderKey = await phone.publicJwk()
  const claim = { code: before.claim.code, holderKey }
  t.equal((await phone.send('/v1/certificates/claim', claim)).status, 201)
  const lostPlaces = await placesOf(world)
  t.type(await gate(world), 'object')
  await world.close()

  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  copyFileSync(`${file}.backup`, file)
  clock.time += 1000
  const db = await openDatabase(file)
  const result = await markRestored(db, (await reopenConfig(dir, clock)).config, clock)
  await db.destroy()
  t.equal(result.closedLists, 1)

  world = await reopenWorld(dir, clock)
  t.teardown(() => world.close())
  const manifest = await gate(world)
  t.match(manifest, { version: result.manifestVersion }, 'the gate goes on')
  const lists = typeof manifest === 'string' ? [] : manifest.lists.map(list => list.uri)
  t.same(lists, [statusListUri(1), statusListUri(1001)], 'the old list is still there for gates')
  t.equal((await world.call('/v1/audit', { headers: agent })).status, 401, 'sessions are over')
  const other = makeClient(world, 'ES256')
  t.equal((await other.send('/v1/certificates/claim', claim)).status, 404, 'so are codes')

  const again = await world.signIn('agent')
  const fresh = []
  for (let i = 0; i < 20; i++) fresh.push((await issue(world, again)).certificate.id)
  const places = await placesOf(world)
  const taken = new Set(lost.map(id => lostPlaces.get(id)))
  t.same(
    fresh.filter(id => taken.has(places.get(id) ?? '')),
    [],
  )
  const revoke = `/v1/desk/certificates/${before.certificate.id}/revoke`
  t.equal((await world.post(revoke, { reason: 'x' }, again)).status, 200)
  t.type(await gate(world), 'object', 'a revocation in the old list is no rollback either')
})

t.test('a replica that runs meanwhile serves nothing older', async t => {
  const world = await openWorld(t.testdir())
  t.teardown(() => world.close())
  const gate = gateOf()
  const { version } = (await gate(world)) as { version: number }
  const agent = await world.signIn('agent')
  const { certificate } = await issue(world, agent)
  await world.post(`/v1/desk/certificates/${certificate.id}/revoke`, { reason: 'x' }, agent)
  await gate(world)
  const { db } = world.service
  await db.deleteFrom('published_manifests').where('version', '>', version).execute()
  for (let i = 0; i < 100 && !/DATABASE_WENT_BACK/.test(world.logged()); i++) await sleep(20)
  t.match(world.logged(), /DATABASE_WENT_BACK/)
  t.type(await gate(world), 'object')
})

/** The config that `reopenWorld` makes. */
async function reopenConfig(dir: string, clock: World['clock']) {
  const world = await reopenWorld(dir, clock, ':memory:')
  await world.close()
  return world.service
}
