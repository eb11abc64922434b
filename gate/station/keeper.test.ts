import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import { SYSTEM } from '../../fixtures/system-ports.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { Signer } from '../../pass/cose-node.ts'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { signStation } from '../../pass/documents/station.ts'
import { decodeTrust, type TrustDocument } from '../../pass/documents/trust.ts'
import { openWorld } from '../../server/testing/world.ts'
import type { GateConfig } from '../contract/config.ts'
import { SET_ASIDE_MAX, STATION_DOCUMENT_BYTES_MAX } from '../limits.ts'
import type { Download } from '../net/download.ts'
import { enrol } from '../net/enrol.ts'
import { loadIdentity } from '../net/identity.ts'
import { createServiceClient } from '../net/service-client.ts'
import { DAY_S, T0, TrustWorld } from '../testing/trust/world.ts'
import type { TrustEvent } from '../trust/events.ts'
import { createStationKeeper, type StationKeeperParts } from './keeper.ts'
import { createShelf } from './shelf.ts'

const POLL_MS = 10_000

/** A keeper in virtual time, over a trust and a client that the test holds. */
function keeperOf(
  dataDir: string,
  trust: { document: TrustDocument; pollNow?: () => void },
  client: StationKeeperParts['client'],
) {
  const time = createVirtualTime(T0 * 1000)
  const events: TrustEvent[] = []
  const changed = new Set<() => void>()
  const keeper = createStationKeeper({
    shelf: createShelf(join(dataDir, 'station')),
    enrolment: { gate: 'north-1', station: 'north' },
    client,
    trust: {
      document: () => trust.document,
      now: () => ({ nowMs: time.clock.nowMs(), state: 'TRUSTED', aheadByMaxMs: 0 }),
      onTrustChanged(listener) {
        const call = () => listener({} as never)
        changed.add(call)
        return () => changed.delete(call)
      },
      async pollNow() {
        trust.pollNow?.()
        return { code: 'UPDATED' }
      },
    },
    pollMs: POLL_MS,
    clock: time.clock,
    timers: time.timers,
    random: () => 0,
    onEvent: event => events.push(event),
  })
  const told: (number | undefined)[] = []
  keeper.onChanged(() => told.push(keeper.current()?.manifest.version))
  const trustChanged = () => {
    for (const call of changed) call()
  }
  return { keeper, time, events, told, trustChanged }
}

/** A service played by hand: what lies at the station's address, and by path. */
async function stationWorld(dataDir: string) {
  const world = await TrustWorld.create()
  const trust = { document: decodeTrust(world.factory) }
  const files = new Map<string, Uint8Array>()
  const asked: string[] = []
  let manifest: Download = { code: 'NETWORK', status: undefined }
  const serve = async (
    version: number,
    names: readonly string[],
    signer: Signer = world.status,
    trustVersion = 1,
  ) => {
    const gates = names.map((name, i) => ({ name, key: new Uint8Array(32).fill(i + 1) }))
    const dates = { iat: T0, exp: T0 + DAY_S }
    const document = { version, trustVersion, ...dates, station: 'north', gates }
    const bytes = await signStation(document, signer)
    manifest = { code: 'OK', bytes, etag: `"${version} ${names}"` }
  }
  const client: StationKeeperParts['client'] = {
    async get(path, { bytesMax, etag }) {
      asked.push(path)
      if (path !== '/v1/gates/north-1/station') {
        const bytes = files.get(path)
        if (bytes === undefined) return { code: 'NETWORK', status: 404 }
        return bytes.length > bytesMax ? { code: 'LENGTH' } : { code: 'OK', bytes, etag: undefined }
      }
      return manifest.code === 'OK' && manifest.etag === etag ? { code: 'NOT_MODIFIED' } : manifest
    },
  }
  const again = () => keeperOf(dataDir, trust, client)
  return {
    world,
    trust,
    files,
    asked,
    serve,
    answer: (answer: Download) => {
      manifest = answer
    },
    again,
    ...again(),
  }
}

t.test('a gate follows the real service, by its proof, and boots offline from disk', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const url = await world.listen()
  const operator = await world.signIn('operator')
  const joins = async (gate: string, data: string) => {
    const made = await world.post('/v1/fleet/enrolments', { gate, station: 'north' }, operator)
    const { code } = (await made.json()) as { code: string }
    const station = 'north'
    await enrol(
      { gate, station, data, service: { url, timeoutMs: 5000 } } as GateConfig,
      code,
      SYSTEM,
    )
  }
  const own = mkdtempSync(join(world.dir, 'gate-'))
  await joins('north-1', own)
  const identity = loadIdentity(own, 0)
  const statuses: number[] = []
  const client = createServiceClient({
    ...SYSTEM,
    url,
    timeoutMs: 5000,
    identity,
    fetch: async (address, init) => {
      const answer = await fetch(address, init)
      statuses.push(answer.status)
      return answer
    },
  })
  t.teardown(() => client.close())
  const trust = { document: world.service.publisher.trust() }
  const { keeper, time } = keeperOf(own, trust, client)
  time.advance(world.clock.time - T0 * 1000)
  t.equal(keeper.current(), undefined)
  world.clock.time = time.clock.nowMs()
  t.equal(await keeper.pollNow(), 'UPDATED')
  const x = Buffer.from(identity.publicJwk.x ?? '', 'base64url')
  t.same(
    keeper.current()?.manifest.gates.map(({ name, key }) => [name, Buffer.from(key)]),
    [['north-1', x]],
  )
  t.equal(await keeper.pollNow(), 'UNCHANGED')
  t.same(statuses, [401, 200, 304], 'the nonce once, then a body once')
  await joins('north-2', mkdtempSync(join(world.dir, 'gate-')))
  t.equal(await keeper.pollNow(), 'UPDATED')
  t.same(
    keeper.current()?.manifest.gates.map(({ name }) => name),
    ['north-1', 'north-2'],
  )
  await keeper.close()
  client.close()

  const offline = keeperOf(own, trust, client)
  t.same(offline.keeper.current()?.manifest, keeper.current()?.manifest)
  t.equal(await offline.keeper.pollNow(), 'NETWORK')
  await offline.keeper.close()

  const stranger = createServiceClient({
    ...SYSTEM,
    url,
    timeoutMs: 5000,
    identity: loadIdentity(mkdtempSync(join(world.dir, 'gate-')), 0),
    fetch,
  })
  t.teardown(() => stranger.close())
  const unknown = keeperOf(mkdtempSync(join(world.dir, 'gate-')), trust, stranger)
  t.equal(await unknown.keeper.pollNow(), 'REFUSED')
  await unknown.keeper.close()
})

t.test('it polls at its period, backs off, and tells who listens', async t => {
  const { keeper, time, serve, told, asked, answer } = await stationWorld(tempDir())
  await serve(5, ['north-1'])
  keeper.start()
  // A write of a real file takes as long as it takes.
  while (keeper.lastPoll() === undefined) await settle()
  await settle()
  t.match(keeper.current(), { manifest: { version: 5 }, ageMs: 0 })
  await serve(6, ['north-1', 'north-2'])
  await time.advanceAsync(POLL_MS)
  await keeper.pollNow()
  t.same(told, [5, 6])
  t.match(keeper.current(), { ageMs: POLL_MS })
  answer({ code: 'TIMEOUT' })
  await keeper.pollNow()
  await keeper.pollNow()
  const before = asked.length
  await time.advanceAsync(4 * POLL_MS - 1)
  t.equal(asked.length, before)
  await time.advanceAsync(1)
  t.equal(asked.length, before + 1)
  await keeper.close()
  t.equal(time.pending(), 0)
})

t.test('lies are alarms, told once; the last good one stays', async t => {
  const { keeper, serve, events, told, answer } = await stationWorld(tempDir())
  await serve(5, ['north-1'])
  t.equal(await keeper.pollNow(), 'UPDATED')
  const codes: string[] = []
  const poll = async () => codes.push(await keeper.pollNow())
  for (let i = 0; i < 2; i++) {
    await serve(4, ['north-1'])
    await poll()
    await serve(5, ['north-1', 'evil'])
    await poll()
    await serve(6, ['evil'], generateSigningKey('ES256'))
    await poll()
  }
  answer({ code: 'OK', bytes: new Uint8Array([1, 2]), etag: undefined })
  await poll()
  t.same(codes, [
    ...['ROLLBACK', 'EQUIVOCATION', 'UNSIGNED', 'ROLLBACK', 'EQUIVOCATION', 'UNSIGNED'],
    'MALFORMED',
  ])
  t.match(events, [
    { kind: 'alarm', code: 'TRUST_ROLLBACK', what: 'station manifest' },
    { code: 'TRUST_EQUIVOCATION' },
    { code: 'TRUST_UNSIGNED' },
  ])
  t.equal(events.length, 3)
  t.same(told, [5])
  t.equal(keeper.current()?.manifest.version, 5)
  await keeper.close()
})

t.test(
  'newer trust is fetched first; a key that leaves trust takes its manifest along',
  async t => {
    const { keeper, serve, trust, world, told, trustChanged, again } = await stationWorld(tempDir())
    const replaced = generateSigningKey('ES256')
    const before = trust.document
    const others = before.keys.filter(key => key.role !== 'status')
    const next = { ...before, version: 2, keys: [...others, world.key('status', replaced)] }
    await serve(5, ['north-1'])
    t.equal(await keeper.pollNow(), 'UPDATED')
    trust.document = next
    trustChanged()
    t.equal(keeper.current(), undefined)
    t.same(told, [5, undefined])
    t.equal(await keeper.pollNow(), 'UNSIGNED')
    await serve(4, ['north-1'], replaced)
    t.equal(await keeper.pollNow(), 'UPDATED', 'versions begin anew with a new key')
    await keeper.close()

    trust.document = before
    const late = again()
    t.equal(late.keeper.current(), undefined, 'by a key that this trust does not know yet')
    Object.assign(trust, {
      pollNow: () => {
        trust.document = next
      },
    })
    await serve(7, ['north-1'], replaced, 2)
    t.equal(await late.keeper.pollNow(), 'UPDATED')
    await late.keeper.close()
  },
)

t.test('a damaged file is set aside and told, the newest few kept; the gate goes on', async t => {
  const dataDir = tempDir()
  const { keeper, serve, again } = await stationWorld(dataDir)
  await serve(5, ['north-1'])
  await keeper.pollNow()
  await keeper.close()
  const file = join(dataDir, 'station', 'manifest')
  const good = readFileSync(file)
  for (let i = 0; i < 8; i++) {
    const bad = Buffer.from(good)
    bad[i] = (bad[i] as number) ^ 1
    writeFileSync(file, i % 2 === 0 ? bad : good.subarray(0, i))
    const { keeper: next, events } = again()
    t.equal(next.current(), undefined, `byte ${i}`)
    next.start()
    if (i === 0) {
      t.match(events, [{ kind: 'cache', code: 'TRUST_CACHE_DAMAGED', detail: 'station manifest' }])
      t.match(events, [{ setAside: /^manifest\.damaged-\d{8}T\d{9}Z$/ }])
      while (next.lastPoll() === undefined) await settle()
      t.equal(next.current()?.manifest.version, 5, 'fetched again')
    }
    await next.close()
  }
  t.notOk(existsSync(`${file}.partial`))
  const aside = readdirSync(join(dataDir, 'station')).filter(name => name.includes('damaged'))
  t.ok(aside.length <= SET_ASIDE_MAX)
})

t.test('documents by their hash: fetched once, kept, dropped; a lie is refused', async t => {
  const { keeper, files, asked, again } = await stationWorld(tempDir())
  const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest())
  const list = new Uint8Array(1000).fill(7)
  const hash = sha256(list)
  files.set('/v1/list', list)
  t.same(await keeper.document('/v1/list', hash, 1000), { ok: true, bytes: list })
  files.delete('/v1/list')
  t.same(await keeper.document('/v1/list', hash, 1000), { ok: true, bytes: list })
  t.equal(asked.length, 1, 'once over the network')
  t.same(await again().keeper.document('/v1/list', hash, 1000), { ok: true, bytes: list })
  await keeper.keepOnly([hash])
  t.equal((await keeper.document('/v1/list', hash, 1000)).ok, true)
  await keeper.keepOnly([])
  t.same(await keeper.document('/v1/list', hash, 1000), { ok: false, code: 'NETWORK' })

  files.set('/v1/list', new Uint8Array(1000))
  t.same(await keeper.document('/v1/list', hash, 1000), { ok: false, code: 'HASH' })
  t.same(await keeper.document('/v1/list', hash, 999), { ok: false, code: 'LENGTH' })
  files.set('/v1/list', list)
  t.same(await keeper.document('/v1/list', hash, 1001), { ok: false, code: 'LENGTH' })
  const most = new Uint8Array(STATION_DOCUMENT_BYTES_MAX)
  files.set('/v1/most', most)
  t.equal((await keeper.document('/v1/most', sha256(most), most.length)).ok, true)
  const over = await keeper.document('/v1/most', sha256(most), most.length + 1)
  t.same(over, { ok: false, code: 'LENGTH' })
  await keeper.close()
})
