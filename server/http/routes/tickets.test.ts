/** Tickets at the desk, and what the gates of a station are told of them. */
import { createHash } from 'node:crypto'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { fromHex } from '../../../pass/bytes.ts'
import { nodeVerifier } from '../../../pass/cose-node.ts'
import { boardsElsewhere, openBoardingList, trainsOf } from '../../../pass/documents/boarding.ts'
import { openStation } from '../../../pass/documents/station.ts'
import * as limits from '../../limits.ts'
import { type Holder, makeHolder } from '../../testing/holder.ts'
import { importTimetable, TIMETABLE } from '../../testing/timetable.ts'
import { makeClient, openWorld } from '../../testing/world.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())
world.service.config.desk.aloneADay = 5
const agent = await world.signIn('agent')
const operator = await world.signIn('operator')
const DAY = '2026-05-20'

let people = 0
const nextPerson = () => ({
  name: '欧阳诺一',
  documentType: 'passport',
  documentNumber: `E${30_000 + people++}`,
})

interface Answer {
  readonly status: number
  readonly code?: string
  readonly reason?: string
  readonly ticket?: {
    readonly id: string
    readonly state: string
    readonly replaces: string | null
  }
  readonly tickets?: readonly { readonly id: string; readonly state: string }[]
}

async function read(answer: Response): Promise<Answer> {
  return { status: answer.status, ...((await answer.json()) as object) }
}

const G3 = { train: 'G3', from: 'north', to: 'south', day: DAY }

async function act(holder: Holder, path: string, order: object = {}): Promise<Answer> {
  world.clock.time += 1000
  return read(await world.post(path, { code: await holder.present(), ...order }, agent))
}
const sell = (holder: Holder, order: object = G3) => act(holder, '/v1/tickets', order)
const held = async (id: string) =>
  read(await world.call(`/v1/desk/certificates/${id}/tickets`, { headers: agent }))

async function enrolledGate(name: string, station: string) {
  const client = makeClient(world, 'EdDSA')
  const made = await world.post('/v1/fleet/enrolments', { gate: name, station }, operator)
  const { code } = (await made.json()) as { code: string }
  await world.post('/v1/gates/enrol', { code, publicKey: await client.publicJwk(), name })
  const path = `/v1/gates/${name}`
  return {
    ...client,
    path,
    async manifest(query = '') {
      const answer = await client.ask('GET', `${path}/station${query}`)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      const opened = openStation(world.service.publisher.trust(), bytes, nodeVerifier, station)
      if (!opened.ok) throw new Error(opened.code)
      return opened.manifest
    },
    /** The list that the manifest names now, fetched as a gate does. */
    async list() {
      const { boarding } = await this.manifest()
      if (boarding === undefined) throw new Error('no list')
      const hex = Buffer.from(boarding.sha256).toString('hex')
      const answer = await client.ask('GET', `${path}/boarding/${hex}`)
      t.equal(answer.status, 200)
      t.equal(answer.headers.get('content-type'), 'application/cbor')
      t.match(answer.headers.get('cache-control'), /^private, .*immutable/)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      t.equal(bytes.length, boarding.length)
      t.same(createHash('sha256').update(bytes).digest(), Buffer.from(boarding.sha256))
      const opened = openBoardingList(bytes, station)
      if (!opened.ok) throw new Error(opened.code)
      const { list } = opened
      return {
        ...boarding,
        hex,
        trains: (cti: string) => trainsOf(list, fromHex(cti)).map(train => train.number),
        elsewhere: (cti: string) => boardsElsewhere(list, fromHex(cti)),
      }
    },
  }
}

t.test('a station without a timetable has no list', async t => {
  const gate = await enrolledGate('t-0', 'north')
  t.equal((await gate.manifest()).boarding, undefined)
  await importTimetable(world.service.db, TIMETABLE)
})

t.test('stations and trains; fields are checked', async t => {
  const get = (path: string) => world.call(path, { headers: agent })
  t.match(await (await get('/v1/stations')).json(), { stations: [{ name: 'east' }, {}, {}] })
  const found = await get(`/v1/trains?from=north&to=south&day=${DAY}`)
  t.match(await found.json(), {
    trains: [{ train: 'G1', departsAt: '2026-05-20T04:30:00.000Z' }, {}, {}, {}, {}, {}],
  })
  for (const query of ['', '?from=north&to=south&day=2026-02-30', '?from=&to=s&day=2026-05-20']) {
    t.equal((await get(`/v1/trains${query}`)).status, 422, query)
  }
})

t.test('sold, changed and refunded against a code; each look in the audit', async t => {
  const holder = await makeHolder(world, agent, nextPerson())
  const sold = await sell(holder, { ...G3, seatClass: 'second', price: 100 })
  t.match(sold, { status: 201, ticket: { state: 'sold', train: 'G3', seatClass: 'second' } })
  t.match(await sell(holder), { status: 409, code: 'TICKET_HELD', ticket: sold.ticket?.id })
  const path = `/v1/tickets/${sold.ticket?.id}`
  const changed = await act(holder, `${path}/change`, { ...G3, train: 'G4' })
  t.match(changed, { status: 201, ticket: { train: 'G4', replaces: sold.ticket?.id } })
  t.match(await act(holder, `${path}/refund`), { status: 409, code: 'TICKET_ENDED' })
  const refunded = await act(holder, `/v1/tickets/${changed.ticket?.id}/refund`)
  t.match(refunded, { status: 200, ticket: { state: 'refunded' } })
  t.match(await held(holder.id), {
    status: 200,
    tickets: [
      { id: changed.ticket?.id, state: 'refunded' },
      { id: sold.ticket?.id, state: 'changed' },
    ],
  })
  t.match(await held('0'.repeat(32)), { status: 404, code: 'CERTIFICATE_UNKNOWN' })
  const audit = await world.service.db.selectFrom('audit').select('action').execute()
  const count = (action: string) => audit.filter(row => row.action === action).length
  const acts = ['check.identity', 'ticket.sell', 'ticket.change', 'ticket.refund'].map(count)
  t.same(acts, [5, 1, 1, 1])
})

t.test('a pass that a gate would refuse buys nothing; nor is one’s ticket another’s', async t => {
  const [holder, other] = [
    await makeHolder(world, agent, nextPerson()),
    await makeHolder(world, agent, nextPerson()),
  ]
  const shown = await holder.present()
  world.clock.time += 31_000
  const late = await read(await world.post('/v1/tickets', { code: shown, ...G3 }, agent))
  t.match(late, { status: 422, code: 'PASS_REFUSED', reason: 'STALE_CODE' })
  const sold = await sell(holder)
  for (const [path, order] of [
    ['refund', {}],
    ['change', G3],
  ] as const) {
    const answer = await act(other, `/v1/tickets/${sold.ticket?.id}/${path}`, order)
    t.match(answer, { status: 404, code: 'TICKET_UNKNOWN' }, path)
  }
  await world.post(`/v1/desk/certificates/${holder.id}/revoke`, { reason: 'x' }, agent)
  t.match(await act(holder, `/v1/tickets/${sold.ticket?.id}/refund`), {
    code: 'PASS_REFUSED',
    reason: 'REVOKED',
  })
  t.match(await held(holder.id), { tickets: [{ state: 'sold' }] })
})

t.test('limits of an order, at each and one over', async t => {
  const holder = await makeHolder(world, agent, nextPerson())
  const rows: [object, object][] = [
    [{ seatClass: 'c'.repeat(limits.SEAT_CLASS_CHARS_MAX) }, { seatClass: 'c'.repeat(17) }],
    [{ price: limits.PRICE_FEN_MAX }, { price: limits.PRICE_FEN_MAX + 1 }],
    [{ train: 'X'.repeat(16) }, { train: 'X'.repeat(17) }],
    [{ price: 0 }, { price: -1 }],
  ]
  for (const [at, over] of rows) {
    t.not((await sell(holder, { ...G3, ...at })).code, 'INVALID', JSON.stringify(at))
    t.match(await sell(holder, { ...G3, ...over }), { status: 422, code: 'INVALID' })
  }
  t.match(await sell(holder, { ...G3, day: '2026-02-30' }), { code: 'INVALID' })
  t.match(await sell(holder, { ...G3, coach: 5 }), { code: 'INVALID' })
})

t.test('the list follows the tickets; one that says the same stays the same file', async t => {
  const gate = await enrolledGate('t-1', 'north')
  const holder = await makeHolder(world, agent, nextPerson())
  world.clock.time += limits.BOARDING_LOOK_MS
  const before = await gate.list()
  t.same(before.trains(holder.id), [])
  const sold = await sell(holder)
  world.clock.time += limits.BOARDING_LOOK_MS
  const after = await gate.list()
  t.same(after.trains(holder.id), ['G3'])
  t.equal(after.asOf, Math.floor((world.clock.time - limits.BOARDING_MARGIN_MS) / 1000))
  const manifest = await gate.manifest()
  world.clock.time += limits.BOARDING_LOOK_MS
  t.equal((await gate.manifest()).version, manifest.version, 'nothing new: not signed again')
  world.clock.time += limits.MANIFEST_EVERY_MS
  const later = await gate.list()
  t.equal(later.hex, after.hex, 'the same file')
  t.equal(later.asOf, Math.floor((world.clock.time - limits.BOARDING_MARGIN_MS) / 1000))
  await act(holder, `/v1/tickets/${sold.ticket?.id}/refund`)
  world.clock.time += limits.BOARDING_LOOK_MS
  t.equal((await gate.list()).hex, before.hex, 'as it was before')
  const old = await gate.ask('GET', `${gate.path}/boarding/${after.hex}`)
  t.equal(old.status, 200, 'a gate may still ask for the one before')
})

t.test('a reissued certificate takes its tickets along at the gates', async t => {
  const gate = await enrolledGate('t-2', 'north')
  const person = nextPerson()
  const first = await makeHolder(world, agent, person)
  await sell(first)
  world.clock.time += limits.BOARDING_LOOK_MS
  t.same((await gate.list()).trains(first.id), ['G3'])
  const second = await makeHolder(world, agent, person, { replaceActive: true })
  world.clock.time += limits.BOARDING_LOOK_MS
  const list = await gate.list()
  t.same(list.trains(second.id), ['G3'])
  t.same(list.trains(first.id), [], 'the old one is revoked, and holds nothing')
  t.match(await held(second.id), { tickets: [{ state: 'sold' }] })
  const [ticket] = (await held(first.id)).tickets ?? []
  t.match(await act(second, `/v1/tickets/${ticket?.id}/refund`), { status: 200 })
})

t.test('tickets from other stations are known as such, within five minutes', async t => {
  const gate = await enrolledGate('t-3', 'north')
  const holder = await makeHolder(world, agent, nextPerson())
  world.clock.time += limits.BOARDING_LOOK_MS
  await gate.list()
  await sell(holder, { ...G3, train: 'E1', from: 'east' })
  world.clock.time += limits.BOARDING_LOOK_MS
  t.equal((await gate.list()).elsewhere(holder.id), false, 'not for that alone')
  world.clock.time += limits.BOARDING_ELSEWHERE_EVERY_MS
  const list = await gate.list()
  t.equal(list.elsewhere(holder.id), true)
  t.same(list.trains(holder.id), [])
  const east = await enrolledGate('t-4', 'east')
  t.same((await east.list()).trains(holder.id), ['E1'])
})

t.test(
  'a list is its own station’s, by proof, and gone an hour after it was superseded',
  async t => {
    const north = await enrolledGate('t-5', 'north')
    const east = await enrolledGate('t-6', 'east')
    const holder = await makeHolder(world, agent, nextPerson())
    const list = await north.list()
    const status = async (gate: typeof north, path: string) => (await gate.ask('GET', path)).status
    t.equal(await status(east, `${east.path}/boarding/${list.hex}`), 404)
    t.equal(await status(east, `${north.path}/boarding/${list.hex}`), 401)
    for (const hash of ['x', '0'.repeat(64), list.hex.toUpperCase()]) {
      t.equal(await status(north, `${north.path}/boarding/${hash}`), 404, hash)
    }
    await sell(holder, { ...G3, train: 'G6' })
    world.clock.time += limits.BOARDING_LOOK_MS
    const next = await north.list()
    t.not(next.hex, list.hex)
    world.clock.time += limits.OLD_BOARDING_MS
    await north.list()
    t.equal(await status(north, `${north.path}/boarding/${list.hex}`), 200)
    world.clock.time += limits.BOARDING_SLOT_MS + 1
    await sell(await makeHolder(world, agent, nextPerson()), { ...G3, train: 'G6' })
    world.clock.time += limits.BOARDING_LOOK_MS
    await north.list()
    t.equal(await status(north, `${north.path}/boarding/${list.hex}`), 404)
  },
)

t.test(
  'a gate that was shown a younger pass has a list that knows it, every 2 seconds',
  async t => {
    const gate = await enrolledGate('t-young', 'north')
    const asOf = async (query = '') => (await gate.manifest(query)).boarding?.asOf ?? 0
    const seconds = () => Math.floor(world.clock.time / 1000)
    world.clock.time += 120_000
    const first = await asOf()
    t.equal(first, seconds() - limits.BOARDING_MARGIN_MS / 1000)
    const wanted = seconds()
    world.clock.time += limits.BOARDING_LOOK_MS - 1
    t.equal(await asOf(`?asOf=${wanted}`), first, 'no sooner than that')
    world.clock.time += limits.BOARDING_LOOK_MS + limits.BOARDING_MARGIN_MS
    t.equal(await asOf(), first, 'nobody wanted a newer one')
    const newer = await asOf(`?asOf=${wanted}`)
    t.ok(newer >= wanted, 'it knows who was issued then')
    world.clock.time += 10_000
    t.equal(await asOf(`?asOf=${wanted}`), newer, 'and does not move for what it knows')
    const bad = await gate.ask('GET', `${gate.path}/station?asOf=-1`)
    t.equal(bad.status, 422)
  },
)
