/**
 * Which rows can someone make that nobody knows? None at a gate's routes, none about what is not
 * theirs; what is left is counted, by address and in all. Over real sockets: the address is one.
 */
import { request } from 'node:http'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { type DeclaredRoute, declaredRoutes } from '../http/routes/route.ts'
import { STRANGER_ROWS } from '../limits.ts'
import { createLoad } from '../load/client-load.ts'
import { onEachEngine } from '../testing/engines.ts'
import { makeClient, openWorld, type World } from '../testing/world.ts'

type Client = ReturnType<typeof makeClient>

interface Sent {
  readonly status: number
  readonly code: string | undefined
  readonly retryAfter: string | undefined
  readonly nonce: string | undefined
}

/** From an address of this machine: each of 127.0.0.0/8 is another client. */
function send(
  url: string,
  { from, method, path, dpop }: { from: string; method: string; path: string; dpop?: string },
  body = '{}',
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(dpop && { dpop }) }
    const asked = request(`${url}${path}`, { method, localAddress: from, headers }, answer => {
      let text = ''
      answer.on('data', chunk => {
        text += chunk
      })
      answer.on('end', () => {
        const { 'retry-after': retryAfter, 'dpop-nonce': nonce } = answer.headers
        const code = text.startsWith('{') ? JSON.parse(text).code : undefined
        resolve({ status: answer.statusCode ?? 0, code, retryAfter, nonce: nonce as string })
      })
    })
    asked.on('error', reject)
    asked.end(method === 'POST' ? body : undefined)
  })
}

async function rowsOf(world: World): Promise<Record<string, number>> {
  const tables = ['proofs', 'rates', 'applications', 'challenges', 'audit', 'appeals'] as const
  const counts: Record<string, number> = {}
  for (const table of tables) {
    const row = await world.service.db
      .selectFrom(table)
      .select(eb => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    counts[table] = Number(row.n)
  }
  return counts
}

const pathOf = (path: string, id: string) =>
  path.replace('{id}', id).replace('{sha256}', 'b'.repeat(64))

async function enrol(world: World, name: string): Promise<Client> {
  const operator = await world.signIn('operator')
  const gate = makeClient(world, 'EdDSA')
  const made = await world.post('/v1/fleet/enrolments', { gate: name, station: 's' }, operator)
  const { code } = (await made.json()) as { code: string }
  await world.post('/v1/gates/enrol', { code, publicKey: await gate.publicJwk(), name })
  return gate
}

await onEachEngine(async (t, newPlace) => {
  const world = await openWorld(tempDir(), 2, await newPlace())
  t.teardown(() => world.close())
  const url = await world.listen()
  const gate = await enrol(world, 'g1')
  const { nonce } = await send(url, { from: '127.0.0.1', method: 'GET', path: '/v1/time' })
  const proofOf = (client: Client, method: string, path: string) =>
    client.proof(path, method === 'POST' ? '{}' : '', { nonce: nonce as string }, method)
  const ofGates = declaredRoutes.filter(one => one.access.by === 'gate')
  const ofPhones = declaredRoutes.filter(one => one.access.by === 'phone')

  await t.test('a made-up key at each gate route: no row, and 429 in the end', async t => {
    const stranger = makeClient(world, 'EdDSA')
    const before = await rowsOf(world)
    const from = '127.0.1.1'
    const codes = new Map<string | undefined, number>()
    const burst = world.service.config.addressRate + 20
    for (let i = 0; i < burst; i++) {
      const { method: name, path: pattern } = ofGates[i % ofGates.length] as DeclaredRoute
      const [method, path] = [name.toUpperCase(), pathOf(pattern, 'g1')]
      const dpop = await proofOf(stranger, method, path)
      const { code } = await send(url, { from, method, path, dpop })
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    t.same(Object.fromEntries(codes), { GATE_UNKNOWN: burst - 20, RATE_LIMITED: 20 })
    t.same(await rowsOf(world), before)
    for (const { method: name, path: pattern } of ofGates) {
      const [method, path] = [name.toUpperCase(), pathOf(pattern, 'g1')]
      const { status } = await send(url, {
        ...{ from, method, path },
        dpop: await proofOf(gate, method, path),
      })
      t.not(status, 429, `the gate beside them: ${method} ${pattern}`)
    }
    world.clock.time += 1000
  })

  await t.test('a gate’s key at another gate’s routes, every one, in every spelling', async t => {
    const other = await enrol(world, 'g2')
    const before = await rowsOf(world)
    for (const { method: name, path: pattern } of ofGates) {
      const method = name.toUpperCase()
      const [own, others] = [pathOf(pattern, 'g1'), pathOf(pattern, 'g2')]
      const from = '127.0.5.1'
      const told = async (path: string, dpop: string) =>
        (await send(url, { from, method, path, dpop })).code
      const what = `${method} ${pattern}`
      t.equal(await told(others, await proofOf(gate, method, others)), 'GATE_UNKNOWN', what)
      t.equal(await told(others, await proofOf(gate, method, own)), 'GATE_UNKNOWN', what)
      t.equal(await told(own, await proofOf(other, method, own)), 'GATE_UNKNOWN', what)
      t.equal(await told(others, await proofOf(other, method, own)), 'PROOF_INVALID', what)
      for (const spelt of ['%67%32', 'g1%2f..%2fg2', 'g1/../g2', 'g1/../../gates/g2']) {
        const path = pathOf(pattern, spelt)
        const { pathname } = new URL(path, url)
        for (const signed of [path, pathname, own, others]) {
          const code = await told(path, await proofOf(gate, method, signed))
          t.match(code, /^(GATE_UNKNOWN|PROOF_INVALID|NOT_FOUND)$/, `${what} as ${spelt}`)
        }
      }
    }
    t.same(await rowsOf(world), { ...before }, 'nothing is written of it')
    world.clock.time += 1000
  })

  await t.test(
    'no proof, half a one, a wrong signature, a gate that is none: counted too',
    async t => {
      const path = '/v1/gates/g1/health'
      const rate = world.service.config.addressRate
      const forged = await gate.proof(path, '{}', {
        nonce: nonce as string,
        signer: makeClient(world, 'EdDSA').privateKey,
      })
      const kinds = [undefined, 'a.b.c', forged, 'x'.repeat(5000)]
      const from = '127.0.2.1'
      for (let i = 0; i < rate; i++) {
        const dpop = kinds[i % kinds.length]
        const { status } = await send(url, { from, method: 'POST', path, ...(dpop && { dpop }) })
        t.equal(status, 401)
      }
      for (const dpop of kinds) {
        const sent = await send(url, { from, method: 'POST', path, ...(dpop && { dpop }) })
        t.match(sent, { status: 429, code: 'RATE_LIMITED', retryAfter: /^\d+$/ })
      }
      const nowhere = await send(url, { from, method: 'GET', path: '/v1/gates/g1/nowhere' })
      t.equal(nowhere.status, 429, 'and a path that is none of theirs')
      world.clock.time += 1000
    },
  )

  await t.test('a made-up application or certificate at each phone route: no row', async t => {
    const before = await rowsOf(world)
    const known = ofPhones.filter(one => one.access.by === 'phone' && one.access.knows)
    t.ok(known.length >= 6)
    for (const { method: name, path: pattern } of known) {
      const method = name.toUpperCase()
      const path = pathOf(pattern, 'a'.repeat(32))
      const dpop = await proofOf(makeClient(world, 'ES256'), method, path)
      const { code } = await send(url, { from: '127.0.3.1', method, path, dpop })
      t.match(code, /^(APPLICATION|CERTIFICATE)_UNKNOWN$/, `${method} ${pattern}`)
    }
    t.same(await rowsOf(world), before)
  })

  await t.test('what any phone may send is bounded by address, whatever its keys', async t => {
    const path = '/v1/certificates/claim'
    const keys = Array.from({ length: 10 }, () => makeClient(world, 'ES256'))
    let sent = 0
    const fresh = async (from: string) => {
      const dpop = await proofOf(keys[sent++ % keys.length] as Client, 'POST', path)
      return send(url, { from, method: 'POST', path, dpop })
    }
    const before = await rowsOf(world)
    world.clock.time += STRANGER_ROWS.spanMs
    for (let i = 0; i < STRANGER_ROWS.address; i++) {
      if (i % 100 === 0) world.clock.time += 1000
      t.equal((await fresh('127.0.4.1')).status, 422)
    }
    t.match(await fresh('127.0.4.1'), { status: 429, code: 'RATE_LIMITED', retryAfter: /^\d\d$/ })
    const { proofs = 0 } = await rowsOf(world)
    t.equal(proofs - (before.proofs ?? 0), STRANGER_ROWS.address)
    t.equal((await fresh('127.0.4.2')).status, 422, 'another address goes on')
  })

  await t.test('and in all', t => {
    const { config, clock, timers } = world.service
    const load = createLoad({ config, clock, timers })
    const unknown = { req: { header: () => undefined } } as never
    for (let i = 0; i < STRANGER_ROWS.all; i++) load.strangersRow(unknown)
    t.throws(() => load.strangersRow(unknown), { code: 'RATE_LIMITED' })
    world.clock.time += STRANGER_ROWS.spanMs
    load.strangersRow(unknown)
    t.end()
  })
})
