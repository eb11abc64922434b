/** The main flows on each engine, and what only several replicas on PostgreSQL can get wrong. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { decodeTrust, type SignedManifest, verifyManifest } from '../../pass/documents/trust.ts'
import { revisionsOf } from '../domain/publication.ts'
import { onEachEngine } from '../testing/engines.ts'
import { makeHolder } from '../testing/holder.ts'
import { makeJournal, uploadOf } from '../testing/journal.ts'
import type { Postgres } from '../testing/postgres.ts'
import { makeClient, openWorld, reopenWorld, type World } from '../testing/world.ts'

const times = <T>(n: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)))

type Headers = Record<string, string>

interface Answer {
  readonly status: number
  readonly code?: string
  readonly certificate?: { readonly id: string }
  readonly claim?: { readonly code: string }
  readonly manifestVersion?: number | null
  readonly next?: number
}

async function read(answer: Response): Promise<Answer> {
  return { status: answer.status, ...((await answer.json()) as object) }
}

const person = (n: number) => ({
  name: 'AB CD',
  documentType: 'passport',
  documentNumber: `E${10_000 + n}`,
})

const issue = async (world: World, agent: Headers, n: number) =>
  read(await world.post('/v1/desk/certificates', { person: person(n), reason: 'x' }, agent))

const revoke = async (world: World, agent: Headers, id: string) =>
  read(await world.post(`/v1/desk/certificates/${id}/revoke`, { reason: 'x' }, agent))

async function claim(world: World, code: string) {
  const phone = makeClient(world, 'ES256')
  const holderKey = await makeClient(world, 'ES256').publicJwk()
  return read(await phone.send('/v1/certificates/claim', { code, holderKey }))
}

await onEachEngine(async (t, newPlace, postgres) => {
  const place = await newPlace()
  const world = await openWorld(tempDir(), 2, place)
  t.teardown(() => world.close())
  const agent = await world.signIn('agent')

  await t.test('issue, claim, revoke, published', async t => {
    const issued = await issue(world, agent, 1)
    t.equal(issued.status, 201)
    t.equal((await claim(world, issued.claim?.code ?? '')).status, 201)
    t.equal((await claim(world, issued.claim?.code ?? '')).code, 'CLAIM_USED')
    const revoked = await revoke(world, agent, issued.certificate?.id ?? '')
    t.equal(revoked.manifestVersion, world.service.publisher.latest()?.version)
    t.equal((await issue(world, agent, 1)).status, 202, 'again in a day: a second member of staff')
  })

  await t.test('one code at three windows at once, over two replicas: it serves one', async t => {
    const windows = [agent, await world.signIn('agent'), await world.signIn('supervisor')]
    const replica = postgres && (await reopenWorld(world.dir, world.clock, place))
    if (replica) t.teardown(() => replica.close())
    const holder = await makeHolder(world, agent, person(9))
    for (let round = 0; round < 3; round++) {
      world.clock.time += 1000
      const code = await holder.present()
      const checks = await times(12, async i => {
        const at = replica !== undefined && i % 2 === 1 ? replica : world
        const window = i % windows.length
        const answer = await at.post('/v1/checks', { code, purpose: 'sale' }, windows[window])
        const { accepted, reason } = (await answer.json()) as { accepted: boolean; reason?: string }
        return { window, said: accepted ? 'ACCEPTED' : reason }
      })
      const served = checks.filter(one => one.said === 'ACCEPTED')
      t.equal(served.length, 4)
      t.equal(new Set(served.map(one => one.window)).size, 1)
      t.equal(checks.filter(one => one.said === 'OTHER_WINDOW').length, 8)
    }
  })

  // On PostgreSQL with 100, over two replicas: see below.
  const many = postgres === undefined ? 100 : 20
  await t.test('many at once for one person: one certificate; many with one code: one', async t => {
    const all = await times(many, () => issue(world, agent, 2))
    const won = all.filter(one => one.status === 201)
    t.equal(won.length, 1)
    t.equal(all.filter(one => one.code === 'CERTIFICATE_ACTIVE').length, many - 1)
    const claims = await times(many, () => claim(world, won[0]?.claim?.code ?? ''))
    t.equal(claims.filter(one => one.status === 201).length, 1)
    t.equal(claims.filter(one => one.code === 'CLAIM_USED').length, many - 1)
  })

  await t.test('a gate enrols and uploads; staff read it; sessions end', async t => {
    const operator = await world.signIn('operator')
    const body = { gate: 'g1', station: 's1' }
    const made = await read(await world.post('/v1/fleet/enrolments', body, operator))
    const gate = makeClient(world, 'EdDSA')
    const { code } = made
    const enrol = { code, publicKey: await gate.publicJwk(), name: 'g1' }
    t.equal((await world.post('/v1/gates/enrol', enrol)).status, 201)
    const rows = makeJournal('ab'.repeat(8), 20)
    const upload = async () => read(await gate.send('/v1/gates/g1/events', uploadOf(rows, 1, 20)))
    t.match(await upload(), { status: 200, next: 21 })
    t.match(await upload(), { status: 200, next: 21 })
    const audit = await world.call('/v1/audit', { headers: operator })
    t.match(await audit.text(), /gate\.enrol/)
    t.equal((await world.post('/v1/auth/sign-out', {}, operator)).status, 200)
    t.equal((await world.call('/v1/audit', { headers: operator })).status, 401)
  })

  if (postgres !== undefined) await replicas(t, postgres)
})

async function replicas(t: Test, postgres: Postgres): Promise<void> {
  const openTwo = async (t: Test) => {
    const dir = tempDir()
    const place = await postgres.createDatabase()
    const first = await openWorld(dir, 2, place)
    const second = await reopenWorld(dir, first.clock, place)
    t.teardown(() => Promise.all([first.close(), second.close()]))
    return [first, second] as const
  }

  await t.test('100 over two replicas: one certificate a person, one phone a code', async t => {
    const worlds = await openTwo(t)
    const agent = await worlds[0].signIn('agent')
    const at = (i: number) => worlds[i % 2] as World
    const all = await times(100, i => issue(at(i), agent, 1))
    const won = all.filter(one => one.status === 201)
    t.equal(won.length, 1)
    t.equal(all.filter(one => one.code === 'CERTIFICATE_ACTIVE').length, 99)
    const claims = await times(100, i => claim(at(i), won[0]?.claim?.code ?? ''))
    t.equal(claims.filter(one => one.status === 201).length, 1)
    t.equal(claims.filter(one => one.code === 'CLAIM_USED').length, 99)
    const running = await worlds[1].service.db
      .selectFrom('certificates')
      .select('id')
      .where('ended_at', 'is', null)
      .execute()
    t.same(running, [{ id: won[0]?.certificate?.id }])
  })

  await t.test('two replicas publish: what a gate reads from either is one history', async t => {
    const worlds = await openTwo(t)
    const agent = await worlds[0].signIn('agent')
    const following = follow(worlds)
    await times(40, async i => {
      const issued = await issue(worlds[i % 2] as World, agent, i)
      const other = worlds[(i + 1) % 2] as World
      t.equal((await revoke(other, agent, issued.certificate?.id ?? '')).status, 200)
    })
    const published = (world: World) => {
      const basis = world.service.publisher.latest()?.basis
      return basis === undefined ? 0 : (revisionsOf(basis).get(1) ?? 0)
    }
    for (let i = 0; i < 1200 && worlds.some(world => published(world) < 40); i++) await sleep(25)
    t.same(worlds.map(published), [40, 40], 'both serve all that was revoked')
    const { faults, seen } = await following.end()
    t.same(faults, [], 'nothing out of order, no two manifests of one version')
    t.ok(seen > 2, `${seen} manifests`)
  })

  await t.test(
    'PostgreSQL ends under load and comes back: nothing acknowledged is lost',
    async t => {
      const worlds = await openTwo(t)
      const agent = await worlds[0].signIn('agent')
      const acknowledged = { issued: [] as string[], revoked: [] as string[] }
      const refused = new Set<string | undefined>()
      let on = true
      let n = 0
      const worker = async (world: World) => {
        while (on) {
          const issued = await issue(world, agent, ++n)
          const id = issued.certificate?.id
          if (issued.status !== 201 || id === undefined) {
            refused.add(`${issued.status} ${issued.code}`)
            await sleep(20)
            continue
          }
          acknowledged.issued.push(id)
          if (n % 2 === 0) continue
          const revoked = await revoke(world, agent, id)
          if (revoked.status === 200) acknowledged.revoked.push(id)
          else refused.add(`${revoked.status} ${revoked.code}`)
        }
      }
      const reached = async (count: number) => {
        for (let i = 0; i < 1000 && acknowledged.issued.length < count; i++) await sleep(20)
        t.ok(acknowledged.issued.length >= count, `${count} were issued`)
      }
      const workers = times(6, i => worker(worlds[i % 2] as World))
      await reached(20)
      await postgres.crash()
      for (let i = 0; i < 200 && refused.size === 0; i++) await sleep(20)
      const before = acknowledged.issued.length
      await postgres.restart()
      await reached(before + 20)
      on = false
      await workers
      t.same([...refused], ['503 UNAVAILABLE'], 'said plainly while it was away')
      const { db } = worlds[0].service
      const rows = await db.selectFrom('certificates').select(['id', 'ended_at']).execute()
      const stored = new Map(rows.map(row => [row.id, row.ended_at]))
      t.same(
        acknowledged.issued.filter(id => !stored.has(id)),
        [],
      )
      t.same(
        acknowledged.revoked.filter(id => stored.get(id) === null),
        [],
      )
      const ready = await times(2, async i => (await worlds[i]?.call('/readyz'))?.status)
      t.same(ready, [200, 200])
    },
  )
}

/** Polls both and judges what they serve as one gate would; gives the faults. */
function follow(worlds: readonly World[]) {
  let on = true
  let seen = 0
  const faults: string[] = []
  const loops = worlds.map(async world => {
    const document = await (await world.call('/v1/trust/document/1')).arrayBuffer()
    const trust = decodeTrust(new Uint8Array(document))
    let current: SignedManifest | undefined
    while (on) {
      const bytes = new Uint8Array(await (await world.call('/v1/trust/manifest')).arrayBuffer())
      const result = verifyManifest(trust, bytes, nodeVerifier, {
        nowMs: world.clock.time,
        current,
      })
      if (!result.ok) faults.push(result.code)
      else {
        if (result.manifest.version !== current?.manifest.version) seen += 1
        current = result
      }
      await sleep(5)
    }
  })
  return {
    async end() {
      on = false
      await Promise.all(loops)
      return { faults, seen }
    },
  }
}
