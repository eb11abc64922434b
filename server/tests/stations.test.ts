/** The station manifest, and second uses of a pass found where two gates' journals meet. */
import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { CHAIN_START, chainInput } from '../../gate/contract/chain.ts'
import type { EventKind, JournalRow, Upload } from '../../gate/contract/events.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { openStation } from '../../pass/documents/station.ts'
import { MANIFEST_EVERY_MS } from '../limits.ts'
import { stationManifest } from '../publish/stations.ts'
import type { Tx } from '../store/schema/schema.ts'
import { makeClient, openWorld } from '../testing/world.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())
const operator = await world.signIn('operator')

async function enrolledGate(name: string, station: string) {
  const client = makeClient(world, 'EdDSA')
  const made = await world.post('/v1/fleet/enrolments', { gate: name, station }, operator)
  const { code } = (await made.json()) as { code: string }
  const publicKey = await client.publicJwk()
  const answer = await world.post('/v1/gates/enrol', { code, publicKey, name })
  t.equal(answer.status, 201)
  return { ...client, x: Buffer.from(publicKey.x ?? '', 'base64url'), path: `/v1/gates/${name}` }
}

async function manifestOf(gate: Awaited<ReturnType<typeof enrolledGate>>, station: string) {
  const answer = await gate.ask('GET', `${gate.path}/station`)
  t.equal(answer.status, 200)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const opened = openStation(world.service.publisher.trust(), bytes, nodeVerifier, station)
  if (!opened.ok) throw new Error(opened.code)
  return { ...opened.manifest, etag: answer.headers.get('etag') as string }
}

t.test('a gate learns its siblings’ keys, and only those of its station', async t => {
  const first = await enrolledGate('s-1', 'north')
  const alone = await manifestOf(first, 'north')
  t.same(
    alone.gates.map(({ name, key }) => [name, Buffer.from(key)]),
    [['s-1', first.x]],
  )
  t.equal((await manifestOf(first, 'north')).version, alone.version, 'nothing new')
  const second = await enrolledGate('s-2', 'north')
  await enrolledGate('s-3', 'south')
  const both = await manifestOf(first, 'north')
  t.ok(both.version > alone.version)
  t.same(
    both.gates.map(({ name, key }) => [name, Buffer.from(key)]),
    [
      ['s-1', first.x],
      ['s-2', second.x],
    ],
  )
  t.equal((await manifestOf(second, 'north')).version, both.version)
  world.clock.time += MANIFEST_EVERY_MS
  t.ok((await manifestOf(first, 'north')).version > both.version, 'signed again when it gets old')
  const stranger = await first.ask('GET', '/v1/gates/s-3/station')
  t.equal(stranger.status, 401, 'not another gate’s')
})

t.test('replicas that are asked at once serve one manifest a version', async t => {
  const gate = await enrolledGate('r-1', 'crowd')
  const all = await Promise.all(Array.from({ length: 12 }, () => manifestOf(gate, 'crowd')))
  t.equal(new Set(all.map(one => one.etag)).size, new Set(all.map(one => one.version)).size)
})

t.test('a replica that was held up signs no older state after a newer one', async t => {
  const first = await enrolledGate('h-1', 'held-up')
  const { db, publisher, tickets, config } = world.service
  const signing = { trust: publisher.trust(), signer: publisher.key({ role: 'status' }) }
  const parts = { ...signing, tickets, times: config.boarding }
  const begun = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const slow = new Proxy(db, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown
      if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value
      const execute = async (work: (tx: Tx) => Promise<unknown>) => {
        begun.resolve()
        await released.promise
        return target.transaction().execute(work)
      }
      return () => ({ execute })
    },
  })
  const late = stationManifest({ ...parts, db: slow, now: world.clock.time }, 'held-up')
  await begun.promise
  await enrolledGate('h-2', 'held-up')
  const newer = await manifestOf(first, 'held-up')
  released.resolve()
  t.equal(newer.gates.length, 2)
  t.equal((await late).version, newer.version)
})

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

/** A journal of passages: a grant and its passage each. */
function journalOf(
  uses: readonly { cti: string; at: number; presentedAt: number; direction?: 'entry' | 'exit' }[],
): Upload {
  const epoch = randomBytes(8).toString('hex')
  const rows: JournalRow[] = []
  const add = (kind: EventKind, at: number, body: object) => {
    const text = JSON.stringify(body)
    const clock = 'TRUSTED' as const
    const row = { epoch, seq: rows.length + 1, at, clock, lane: 'A', kind, bodyHash: sha256(text) }
    const hash = sha256(chainInput(rows.at(-1)?.hash ?? CHAIN_START, row))
    rows.push({ ...row, body: text, hash })
    return row.seq
  }
  for (const { at, direction = 'entry', ...pass } of uses) {
    const way = { direction, area: 'main' }
    const grant = { code: 'ADMIT', ...way, ...pass, source: 's', flags: [], trace: [] }
    const seq = add('grant', at, grant)
    add('passage', at + 1, { grant: { epoch, seq }, ...way, cti: pass.cti })
  }
  return { epoch, previousHash: CHAIN_START, rows }
}

t.test('when journals meet, second uses are reported, whoever came first', async t => {
  const one = await enrolledGate('d-1', 'twin')
  const two = await enrolledGate('d-2', 'twin')
  const at = world.clock.time - 600_000
  const [same, inside, honest] = ['1', '2', '3'].map(digit => digit.repeat(32)) as [
    string,
    string,
    string,
  ]
  const later = journalOf([
    { cti: same, at: at + 5000, presentedAt: 100 },
    { cti: inside, at: at + 6000, presentedAt: 201 },
    { cti: honest, at: at + 7000, presentedAt: 301, direction: 'exit' },
  ])
  const earlier = journalOf([
    { cti: same, at, presentedAt: 100 },
    { cti: inside, at: at + 1000, presentedAt: 200 },
    { cti: honest, at: at + 2000, presentedAt: 300 },
  ])
  for (let i = 0; i < 2; i++) {
    t.equal((await two.send(`${two.path}/events`, later)).status, 200, 'sent twice, stored once')
    t.equal((await one.send(`${one.path}/events`, earlier)).status, 200)
  }
  const answer = await world.call('/v1/fleet/duplicates', { headers: operator })
  t.equal(answer.status, 200)
  t.match(await answer.json(), {
    complete: true,
    rows: [
      {
        kind: 'CODE_TWICE',
        cti: same,
        station: 'twin',
        area: 'main',
        first: { gate: 'd-1', seq: 2, at: at + 1 },
        second: { gate: 'd-2', seq: 2, at: at + 5001 },
      },
      { kind: 'INSIDE_TWICE', cti: inside, first: { gate: 'd-1' }, second: { gate: 'd-2' } },
    ],
  })
  const since = at + 5500
  const part = await world.call(`/v1/fleet/duplicates?since=${since}`, { headers: operator })
  t.match(await part.json(), { rows: [{ kind: 'INSIDE_TWICE' }] })
  const figures = world.service.metrics.render({
    manifestVersion: 0,
    manifestAgeSeconds: 0,
    trustVersion: 0,
    gates: undefined,
  })
  t.match(figures, 'wicketgate_duplicate_passages_total 2\n')
})

t.test('a span that is empty, turned round or too long is refused', async t => {
  for (const query of ['since=5&until=5', 'since=9&until=5', 'since=1&until=86400002', 'since=x']) {
    const answer = await world.call(`/v1/fleet/duplicates?${query}`, { headers: operator })
    t.equal(answer.status, 422, query)
  }
})
