/** An operator's config on its way to a gate: checked, numbered, signed, named, fetched; on each engine. */
import t, { type Test } from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { nodeVerifier } from '../../../pass/cose-node.ts'
import { verifyConfig } from '../../../pass/documents/gate-config.ts'
import { openStation } from '../../../pass/documents/station.ts'
import { CONFIG_TEXT_BYTES_MAX } from '../../../pass/limits.ts'
import { givenSha256 } from '../../domain/given-config.ts'
import { CONFIGS_KEPT } from '../../limits.ts'
import { makeConfig } from '../../publish/configs.ts'
import { transact } from '../../store/engine/transact.ts'
import { removeMember } from '../../store/staff/staff-members.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { WELL } from '../../testing/health.ts'
import { makeClient, openWorld, type World } from '../../testing/world.ts'

type Headers = Record<string, string>

const laneOf = (waitMs: number, port = '/dev/ttyACM0') => ({
  name: 'A',
  direction: 'entry',
  board: { port },
  scanner: { port: '/dev/ttyUSB0' },
  timing: { waitMs },
})
const put = (world: World, gate: string, body: unknown, headers: Headers) =>
  world.call(`/v1/fleet/gates/${gate}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

async function enrolled(world: World, operator: Headers, name: string) {
  const client = makeClient(world, 'EdDSA')
  const made = await world.post('/v1/fleet/enrolments', { gate: name, station: 'north' }, operator)
  const { code } = (await made.json()) as { code: string }
  const publicKey = await client.publicJwk()
  await world.post('/v1/gates/enrol', { code, publicKey, name })
  return { ...client, path: `/v1/gates/${name}` }
}

/** What a gate finds at its station manifest. */
async function namedFor(world: World, gate: Awaited<ReturnType<typeof enrolled>>, name: string) {
  const answer = await gate.ask('GET', `${gate.path}/station`)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const opened = openStation(world.service.publisher.trust(), bytes, nodeVerifier, 'north')
  if (!opened.ok) throw new Error(opened.code)
  const { configs } = opened.manifest
  return {
    configs,
    entry: configs?.find(one => one.gate === name),
    version: opened.manifest.version,
  }
}

const reason = 'longer waits'

await onEachEngine(async (t: Test, newPlace) => {
  const world = await openWorld(tempDir(), 2, await newPlace())
  t.teardown(() => world.close())
  const operator = await world.signIn('operator')
  const gate = await enrolled(world, operator, 'north-1')
  const other = await enrolled(world, operator, 'north-2')
  const get = (query = '') =>
    world.call(`/v1/fleet/gates/north-1/config${query}`, { headers: operator })

  await t.test('given, named in the manifest, fetched by its hash, verified', async t => {
    t.match(await (await get()).json(), { revision: 0, config: null, rows: [] })
    const before = await namedFor(world, gate, 'north-1')
    t.equal(before.configs, undefined)
    const config = { lanes: [laneOf(8000)], trust: { staleAfterMs: 60_000 } }
    const answer = await put(world, 'north-1', { base: 0, config, reason }, operator)
    t.equal(answer.status, 200)
    const { revision } = (await answer.json()) as { revision: number }
    t.equal(revision, Math.floor(world.clock.time / 1000), 'seconds, so a restore repeats none')
    const { entry, version } = await namedFor(world, gate, 'north-1')
    t.ok(version > before.version)
    t.match(entry, { gate: 'north-1', revision })
    const sha256 = Buffer.from(entry?.sha256 ?? []).toString('hex')
    const fetched = await gate.ask('GET', `${gate.path}/config/${sha256}`)
    t.match(fetched.headers.get('cache-control'), /immutable/)
    const bytes = new Uint8Array(await fetched.arrayBuffer())
    t.equal(bytes.length, entry?.length)
    const against = { gate: 'north-1', seen: 0, nowMs: world.clock.time }
    const result = verifyConfig(world.service.publisher.trust(), bytes, nodeVerifier, against)
    t.match(result, { ok: true, document: { revision, confirmS: 300, reason } })
    t.same(result.ok && JSON.parse(result.document.text), config, 'as written, no defaults in it')
    t.equal(
      (await other.ask('GET', `${other.path}/config/${sha256}`)).status,
      404,
      'not a sibling’s',
    )
    t.equal((await other.ask('GET', `${gate.path}/config/${sha256}`)).status, 401)
    t.match(await (await get()).json(), { revision, config, rows: [{ revision, reason }] })
    const audit = await world.call('/v1/audit', { headers: operator })
    const { rows } = (await audit.json()) as { rows: { action: string }[] }
    const detail = { revision, reason, confirmMinutes: 5 }
    t.match(
      rows.filter(row => row.action === 'fleet.config'),
      [{ subject: 'north-1', detail }],
    )
  })

  await t.test('who gave it has a name while they are there', async t => {
    const { revision: base } = (await (await get()).json()) as { revision: number }
    const leaver = await world.signIn('operator')
    const config = { lanes: [laneOf(7000)] }
    t.equal((await put(world, 'north-1', { base, config, reason }, leaver)).status, 200)
    const giver = async () => {
      const { rows } = (await (await get()).json()) as { rows: { by: string; name: unknown }[] }
      return rows[0]
    }
    const { by, name } = (await giver()) ?? {}
    t.match(by, /^staff:./)
    t.match(name, /^operator-/)
    const id = by?.slice('staff:'.length) ?? ''
    await transact(world.service.db, tx => removeMember(tx, id))
    t.match(await giver(), { by, name: null })
  })

  await t.test('a camera’s password is for its gate alone', async t => {
    const { revision: base } = (await (await get()).json()) as { revision: number }
    const url = 'http://viewer:topsecret@10.0.0.7/video?key=topsecret'
    const { scanner: _, ...lane } = laneOf(8000)
    const giving = (url: string) => {
      const readers = [{ kind: 'camera', source: { type: 'mjpeg', url } }]
      return put(
        world,
        'north-1',
        { base, config: { lanes: [{ ...lane, readers }] }, reason },
        operator,
      )
    }
    t.equal((await giving(url)).status, 200)
    const shown = await (await get()).text()
    t.match(shown, 'http://***@10.0.0.7/video?***')
    const hidden = await giving('http://***@10.0.0.7/video?***')
    t.equal(hidden.status, 422)
    const refusal = await hidden.text()
    t.match(refusal, 'write it whole')
    const audit = await (await world.call('/v1/audit', { headers: operator })).text()
    t.notMatch(shown + refusal + audit, /topsecret|viewer/)
    const { entry } = await namedFor(world, gate, 'north-1')
    const sha256 = Buffer.from(entry?.sha256 ?? []).toString('hex')
    const fetched = await gate.ask('GET', `${gate.path}/config/${sha256}`)
    t.match(Buffer.from(await fetched.arrayBuffer()).toString('latin1'), url)
  })

  await t.test('two from the same revision: the second is told of the first', async t => {
    const { revision: base } = (await (await get()).json()) as { revision: number }
    const bodies = [6000, 7000].map(wait => ({ base, config: { lanes: [laneOf(wait)] }, reason }))
    const answers = await Promise.all(bodies.map(body => put(world, 'north-1', body, operator)))
    t.same(answers.map(one => one.status).sort(), [200, 409])
    const lost = answers.find(one => one.status === 409)
    t.match(await lost?.json(), { code: 'CONFIG_STALE', revision: base + 1 })
  })

  await t.test('the history is bounded; older ones are there by their number', async t => {
    let { revision: base } = (await (await get()).json()) as { revision: number }
    const first = base
    for (let n = 0; n < CONFIGS_KEPT; n++) {
      if (n === CONFIGS_KEPT - 1) t.equal((await get(`?revision=${first}`)).status, 200)
      const config = { lanes: [laneOf(5000 + n)] }
      const answer = await put(world, 'north-1', { base, config, reason }, operator)
      base = ((await answer.json()) as { revision: number }).revision
    }
    const { rows } = (await (await get()).json()) as { rows: { revision: number }[] }
    t.equal(rows.length, CONFIGS_KEPT)
    t.equal(rows[0]?.revision, base)
    t.equal((await get(`?revision=${first}`)).status, 404)
    t.match(await (await get(`?revision=${base - 1}`)).json(), {
      config: { lanes: [laneOf(5000 + CONFIGS_KEPT - 2)] },
    })
  })
})

t.test('what is wrong is named, and no value is repeated', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const operator = await world.signIn('operator')
  await enrolled(world, operator, 'north-1')
  const lanes = [laneOf(8000)]
  const wrong: [unknown, { path: string; message: RegExp }][] = [
    [
      { lanes: [laneOf(50)] },
      { path: 'config.lanes.0.timing.waitMs', message: /at least 1000, found a number/ },
    ],
    [
      { lanes, gate: 'x' },
      { path: 'config.gate', message: /set on the gate itself/ },
    ],
    [
      { lanes, data: 'x' },
      { path: 'config.data', message: /set on the gate itself/ },
    ],
    [
      { lanes, service: { url: 'http://evil.test' } },
      { path: 'config.service.url', message: /set on the gate itself/ },
    ],
    [
      { lanes, trust: { environment: 'test' } },
      { path: 'config.trust.environment', message: /set on the gate itself/ },
    ],
    [
      { lanes, colour: 'crimson' },
      { path: 'config.colour', message: /unknown key/ },
    ],
    [{ lanes: [] }, { path: 'config.lanes', message: /at least 1 entries, found a list/ }],
    [undefined, { path: 'config', message: /./ }],
  ]
  for (const [config, field] of wrong) {
    const answer = await put(world, 'north-1', { base: 0, config, reason }, operator)
    t.equal(answer.status, 422)
    const body = (await answer.json()) as { fields: unknown[] }
    t.match(body, { code: 'INVALID', fields: [field] })
    t.notMatch(JSON.stringify(body), /crimson|evil/)
  }
  // No config that its schema takes is as long: the bound is the document's.
  const { db, publisher } = world.service
  const about = { gate: 'north-1', base: 0, reason, confirmMinutes: 5, actor: 'staff:x', now: 0 }
  const config = { text: 'x'.repeat(CONFIG_TEXT_BYTES_MAX) }
  const signer = publisher.key({ role: 'config' })
  const message = `must be at most ${CONFIG_TEXT_BYTES_MAX} bytes`
  await t.rejects(
    transact(db, tx => makeConfig(tx, { ...about, config }, signer)),
    { code: 'INVALID', extra: { fields: [{ path: 'config', message }] } },
  )
  const bounds: [object, number][] = [
    [{ confirmMinutes: 0 }, 422],
    [{ confirmMinutes: 61 }, 422],
    [{ confirmMinutes: 60 }, 200],
    [{ reason: '' }, 422],
    [{ reason: 'r'.repeat(201) }, 422],
    [{ base: -1 }, 422],
  ]
  for (const [over, status] of bounds) {
    const body = { base: 0, config: { lanes }, reason, ...over }
    t.equal((await put(world, 'north-1', body, operator)).status, status, JSON.stringify(over))
  }
  const body = { base: 0, config: { lanes }, reason }
  t.equal((await put(world, 'nobody', body, operator)).status, 404)
  t.equal((await world.call('/v1/fleet/gates/nobody/config', { headers: operator })).status, 404)

  await t.test('which of them the gate runs, by the hash that it tells', async t => {
    const teller = await enrolled(world, operator, 'north-7')
    const give = async (base: number, waitMs: number) => {
      const body = { base, config: { lanes: [laneOf(waitMs)] }, reason }
      world.clock.time += 1000
      const answer = await put(world, 'north-7', body, operator)
      return ((await answer.json()) as { revision: number }).revision
    }
    const runs = async (configSha256?: string) => {
      const told = { ...WELL, ...(configSha256 && { configSha256 }) }
      t.equal((await teller.send(`${teller.path}/health`, told)).status, 204)
      const answer = await world.call('/v1/fleet/gates/north-7/config', { headers: operator })
      return ((await answer.json()) as { runs: number | null }).runs
    }
    const first = await give(0, 5000)
    await give(first, 6000)
    t.equal(await runs(), null, 'it does not tell')
    t.equal(await runs('0'.repeat(64)), null, 'one that it was never given')
    t.equal(await runs(givenSha256(JSON.stringify({ lanes: [laneOf(5000)] }))), first)
  })
})
