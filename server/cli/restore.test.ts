/** A database that comes back from a backup, as a gate and a thief of old codes would see it. */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { statusListUri } from '../../pass/claims.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { decodeTrust, type SignedManifest, verifyManifest } from '../../pass/documents/trust.ts'
import { createHighWaterMark } from '../publish/high-water.ts'
import { createSecrets } from '../secrets.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { transact } from '../store/engine/transact.ts'
import { noteManifest } from '../store/gates/gates-ahead.ts'
import {
  makeClient,
  markFileOf,
  openWorld,
  reopenWorld,
  SECRET,
  type World,
} from '../testing/world.ts'
import { markRestored } from './restore.ts'

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
  const dir = tempDir()
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
  const world = await openWorld(tempDir())
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

interface Site {
  world: World
  readonly dir: string
  readonly agent: Record<string, string>
  readonly gate: ReturnType<typeof makeClient>
  /** What a gate that polled before the copy came back tells. */
  readonly health: object
}

/** A service with a gate, whose database was copied before a certificate was issued and revoked. */
async function oldCopy(t: Test): Promise<Site> {
  const dir = tempDir()
  let world = await openWorld(dir)
  const { clock } = world
  const agent = await world.signIn('agent')
  const operator = await world.signIn('operator')
  const gate = makeClient(world, 'EdDSA')
  const asked = await world.post('/v1/fleet/enrolments', { gate: 'n-1', station: 'n' }, operator)
  const { code } = (await asked.json()) as { code: string }
  const enrol = { code, name: 'n-1', publicKey: await gate.publicJwk() }
  t.equal((await world.post('/v1/gates/enrol', enrol)).status, 201)
  await world.close()
  const file = join(dir, 'service.db')
  copyFileSync(file, `${file}.backup`)

  world = await reopenWorld(dir, clock)
  const { certificate } = await issue(world, agent)
  await world.post(`/v1/desk/certificates/${certificate.id}/revoke`, { reason: 'x' }, agent)
  const manifestVersion = world.service.publisher.latest()?.version ?? 0
  await world.close()
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  copyFileSync(`${file}.backup`, file)
  clock.time += 100_000
  const trust = { stage: 'FRESH', version: 1, manifestVersion }
  const health = { at: 1, clock: 'TRUSTED', software: '0.1.0', configRevision: 1, trust }
  const journal = { waiting: 0, disk: null }
  return { world, dir, agent, gate, health: { ...health, journal, lanes: [] } }
}

t.test('an old copy is refused at the start, and restored goes on from it', async t => {
  const { world: before, dir } = await oldCopy(t)
  const { clock } = before
  const refused = await reopenWorld(dir, clock).catch((error: unknown) => error)
  t.match(refused, { code: 'WENT_BACK', message: /run "npm run server -- restored --config FILE"/ })
  const file = join(dir, 'service.db')
  const mark = createHighWaterMark(markFileOf(dir, file), createSecrets(SECRET))
  const reached = mark.read() as { manifestVersion: number }
  const db = await openDatabase(file)
  const result = await markRestored(db, before.service.config, clock, mark)
  await db.destroy()
  t.ok(result.manifestVersion > reached.manifestVersion)
  const world = await reopenWorld(dir, clock)
  t.teardown(() => world.close())
  t.match(mark.read(), { list: 1001 })
  t.notMatch(world.logged(), /MARK_LOST/)
})

t.test('places that were given out after the last manifest count, too', async t => {
  const dir = tempDir()
  let world = await openWorld(dir)
  const agent = await world.signIn('agent')
  const { clock } = world
  const file = join(dir, 'service.db')
  const mark = createHighWaterMark(markFileOf(dir, file), createSecrets(SECRET))
  const { version } = world.service.publisher.latest() ?? { version: 0 }
  await issue(world, agent)
  const raised = () => {
    const found = mark.read()
    return typeof found === 'object' && found.next > 0 && found.manifestVersion === version
  }
  for (let i = 0; i < 200 && !raised(); i++) await sleep(20)
  t.ok(raised(), 'within a tick, without another manifest')
  const { db } = world.service
  await db.updateTable('status_lists').set({ next: 0 }).execute()
  await world.close()
  await t.rejects(reopenWorld(dir, clock), { code: 'WENT_BACK' })
  for (const [text, found] of [
    ['', 'damaged'],
    [JSON.stringify({ manifestVersion: 9e15, list: 1, next: 1, mac: 'AAAA' }), 'damaged'],
    [undefined, 'none'],
  ] as const) {
    if (text === undefined) rmSync(mark.file)
    else writeFileSync(mark.file, text)
    world = await reopenWorld(dir, clock)
    t.match(world.logged(), `"code":"MARK_LOST","found":"${found}"`)
    t.type(mark.read(), 'object', 'it is made again')
    await world.close()
  }
})

t.test('gates that saw newer lists stop an old copy whose mark is gone', async t => {
  const { world: before, dir, agent, gate: client, health } = await oldCopy(t)
  const { clock } = before
  const file = join(dir, 'service.db')
  rmSync(markFileOf(dir, file))
  let world = await reopenWorld(dir, clock)
  const path = '/v1/gates/n-1/health'
  const tell = async () => {
    const body = JSON.stringify(health)
    const token = async (nonce?: string) =>
      client.proof(path, body, nonce === undefined ? {} : { nonce })
    const first = await world.post(path, body, { dpop: await token() })
    const nonce = first.headers.get('dpop-nonce') ?? ''
    return first.status === 204
      ? 204
      : (await world.post(path, body, { dpop: await token(nonce) })).status
  }
  const codeOf = async (answer: Response) => ((await answer.json()) as { code?: string }).code
  const person = { name: 'AB CD', documentType: 'passport', documentNumber: 'E7654321' }
  const issueOne = () => world.post('/v1/desk/certificates', { person, reason: 'x' }, agent)
  const version = world.service.publisher.latest()?.version ?? 0
  t.equal((await world.call('/readyz')).status, 200, 'nothing is known yet')
  t.equal(await tell(), 204, 'what gates tell is taken')
  t.match(world.logged(), '"code":"GATE_AHEAD","gate":"n-1"')
  t.match(world.logged(), /"code":"DATABASE_OLD".*npm run server -- restored/)
  t.equal(await codeOf(await issueOne()), 'DATABASE_OLD')
  t.equal(await codeOf(await world.call('/readyz')), 'DATABASE_OLD')
  await t.rejects(world.service.publisher.publishNow(), { code: 'DATABASE_OLD' })
  t.equal(world.service.publisher.latest()?.version, version)
  t.equal((await world.call('/v1/trust/manifest')).status, 200, 'polls go on')
  await world.close()
  await t.rejects(reopenWorld(dir, clock), { code: 'WENT_BACK', message: /n-1 told of manifests/ })

  const db = await openDatabase(file)
  await markRestored(db, before.service.config, clock)
  await db.destroy()
  world = await reopenWorld(dir, clock)
  t.teardown(() => world.close())
  t.equal(await tell(), 204)
  t.notMatch(world.logged(), /GATE_AHEAD/, 'what it holds from before says nothing any more')
  t.equal((await world.call('/readyz')).status, 200)
})

t.test('one gate of several stops nothing, and is told', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const { db, oldCopy: judged } = world.service
  for (const id of ['a', 'b', 'c']) {
    const key = { key_thumbprint: id, public_key: id, enrolled_at: 0, seen_at: null }
    await db
      .insertInto('gates')
      .values({ id, station: 'n', ...key })
      .execute()
  }
  const note = (gate: string, by: number) => {
    const { version } = world.service.publisher.latest() ?? { version: 0 }
    return transact(db, tx => noteManifest(tx, gate, version + by, 0))
  }
  t.equal(await note('a', 0), false, 'the newest')
  t.equal(await note('a', -1), false, 'older than any that is kept')
  t.equal(await note('a', 1), true)
  await judged.look()
  t.doesNotThrow(() => judged.demandNot())
  t.equal(await note('b', 5), true)
  await judged.look()
  t.throws(() => judged.demandNot(), { code: 'DATABASE_OLD' })
})

/** The config that `reopenWorld` makes. */
async function reopenConfig(dir: string, clock: World['clock']) {
  const world = await reopenWorld(dir, clock, ':memory:')
  await world.close()
  return world.service
}
