import { randomBytes } from 'node:crypto'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import type { JournalRow } from '../../../gate/contract/events.ts'
import { ENROLMENT_MS } from '../../limits.ts'
import { makeJournal, uploadOf } from '../../testing/journal.ts'
import { makeClient, openWorld } from '../../testing/world.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())
const operator = await world.signIn('operator')

const makeEpoch = () => randomBytes(8).toString('hex')
const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code

async function enrolCode(gate: string, station = 'central'): Promise<string> {
  const answer = await world.post('/v1/fleet/enrolments', { gate, station }, operator)
  t.equal(answer.status, 201)
  return codeOf(answer)
}

async function enrol(body: object) {
  const answer = await world.post('/v1/gates/enrol', body)
  return [answer.status, ((await answer.json()) as { code?: string }).code]
}

const keyOf = () => makeClient(world, 'EdDSA').publicJwk()

async function enrolledGate(name: string) {
  const client = makeClient(world, 'EdDSA')
  const code = await enrolCode(name)
  const publicKey = await client.publicJwk()
  const answer = await world.post('/v1/gates/enrol', { code, publicKey, name })
  t.equal(answer.status, 201)
  t.same(await answer.json(), { gate: name, station: 'central' })
  return {
    client,
    async upload(body: unknown) {
      const sent = await client.send(`/v1/gates/${name}/events`, body)
      const value = (await sent.json()) as { next?: number; code?: string }
      return [sent.status, value.code ?? value.next, value.next]
    },
    stored: () =>
      world.service.db
        .selectFrom('gate_events')
        .select(['epoch', 'seq', 'hash', 'body'])
        .where('gate', '=', name)
        .orderBy('epoch')
        .orderBy('seq')
        .execute(),
  }
}

t.test('a code enrols one gate, once, in time, under its own name', async t => {
  const code = await enrolCode('g-code')
  const publicKey = await makeClient(world, 'EdDSA').publicJwk()
  t.same(await enrol({ code, publicKey, name: 'other' }), [409, 'ENROLMENT_MISMATCH'])
  t.same(await enrol({ code, publicKey, name: 'g-code' }), [201, undefined])
  const stranger = await makeClient(world, 'EdDSA').publicJwk()
  const byOther = { code, publicKey: stranger, name: 'g-code' }
  t.same(await enrol(byOther), [404, 'ENROLMENT_INVALID'], 'it is used')
  const second = await enrolCode('g-code-2')
  const sameKey = { code: second, publicKey, name: 'g-code-2' }
  t.same(await enrol(sameKey), [409, 'ENROLMENT_MISMATCH'], 'a key is one gate’s')
  const late = await enrolCode('g-late')
  world.clock.time += ENROLMENT_MS
  t.same(await enrol({ code: late, publicKey, name: 'g-late' }), [404, 'ENROLMENT_INVALID'])
  t.same(await enrol({ code, publicKey, name: 'g-code' }), [404, 'ENROLMENT_INVALID'], 'too late')
  const wrongCurve = await makeClient(world, 'ES256').publicJwk()
  t.same(await enrol({ code, publicKey: wrongCurve, name: 'g-code' }), [422, 'INVALID'])
})

t.test(
  'a lost answer is had again with the same key; a code for another station is kept',
  async t => {
    const [publicKey, other] = [await keyOf(), await keyOf()]
    const code = await enrolCode('g-lost', 'central')
    const claim = (station: string | undefined, key = publicKey, by = code) =>
      enrol({ code: by, publicKey: key, name: 'g-lost', ...(station && { station }) })
    t.same(await claim('south'), [409, 'ENROLMENT_STATION'])
    t.same(await claim('central'), [201, undefined], 'the code was not used by that')
    const again = await world.post('/v1/gates/enrol', { code, publicKey, name: 'g-lost' })
    t.same([again.status, await again.json()], [201, { gate: 'g-lost', station: 'central' }])
    t.same(await claim('central', other), [404, 'ENROLMENT_INVALID'], 'nobody else')
    const next = await enrolCode('g-lost')
    t.same(await claim('central', other, next), [201, undefined], 'a gate that takes its place')
    t.same(await claim('central'), [404, 'ENROLMENT_INVALID'], 'the first does not come back so')
    const audit = await world.service.db
      .selectFrom('audit')
      .select('detail')
      .where('action', '=', 'gate.enrol')
      .where('subject', '=', 'g-lost')
      .execute()
    t.same(audit.map(row => JSON.parse(row.detail).replaced).sort(), [false, false, true])
  },
)

t.test('with one code of a gate the others end', async t => {
  const [older, newer, another] = [
    await enrolCode('g-two'),
    await enrolCode('g-two'),
    await enrolCode('g-three'),
  ]
  const claim = async (code: string, name: string) =>
    enrol({ code, publicKey: await keyOf(), name })
  t.same(await claim(newer, 'g-two'), [201, undefined])
  t.same(await claim(older, 'g-two'), [404, 'ENROLMENT_INVALID'])
  t.same(await claim(another, 'g-three'), [201, undefined], 'but not another gate’s')
  t.same(await claim(await enrolCode('g-two'), 'g-two'), [201, undefined], 'made since')
})

t.test('rows are stored exactly once under repeats and overlaps', async t => {
  const { upload, stored } = await enrolledGate('g-once')
  const rows = makeJournal(makeEpoch(), 450)
  t.same(await upload(uploadOf(rows, 1, 200)), [200, 201, 201])
  t.same(await upload(uploadOf(rows, 1, 200)), [200, 201, 201], 'the same again')
  t.same(await upload(uploadOf(rows, 150, 300)), [200, 301, 301], 'an overlap')
  t.same(await upload(uploadOf(rows, 20, 60)), [200, 61, 61], 'an old piece')
  t.same(await upload(uploadOf(rows, 301, 301)), [200, 302, 302], 'one row')
  const parts = [uploadOf(rows, 302, 400), uploadOf(rows, 302, 450), uploadOf(rows, 290, 420)]
  for (const [status] of await Promise.all(parts.map(upload))) t.equal(status, 200, 'at once')
  const got = await stored()
  t.same(
    got.map(row => row.hash),
    rows.map(row => row.hash),
  )
})

t.test('a dropped body does not break the chain, nor erase the one we have', async t => {
  const { upload, stored } = await enrolledGate('g-body')
  const rows = makeJournal(makeEpoch(), 4)
  const without = rows.map(row => ({ ...row, body: null }))
  t.same(await upload(uploadOf(rows, 1, 2)), [200, 3, 3])
  t.same(await upload(uploadOf(without, 1, 4)), [200, 5, 5])
  t.same(
    (await stored()).map(row => row.body !== null),
    [true, true, false, false],
  )
})

t.test('a gap says where to go on', async t => {
  const { upload, stored } = await enrolledGate('g-gap')
  const rows = makeJournal(makeEpoch(), 30)
  t.same(await upload(uploadOf(rows, 5, 9)), [409, 'CHAIN_GAP', 1])
  t.same(await upload(uploadOf(rows, 1, 10)), [200, 11, 11])
  t.same(await upload(uploadOf(rows, 12, 20)), [409, 'CHAIN_GAP', 11])
  t.equal((await stored()).length, 10)
})

t.test('another history of the same epoch is a fork; a new epoch is none', async t => {
  const { upload, stored } = await enrolledGate('g-fork')
  const epoch = makeEpoch()
  const ours = makeJournal(epoch, 10)
  const other = makeJournal(epoch, 12, 'restored from a copy')
  t.same(await upload(uploadOf(ours, 1, 10)), [200, 11, 11])
  t.same(await upload(uploadOf(other, 1, 12)), [409, 'CHAIN_FORK', undefined])
  t.same(await upload(uploadOf(other, 8, 12)), [409, 'CHAIN_FORK', undefined])
  t.same(await upload(uploadOf(other, 11, 12)), [409, 'CHAIN_FORK', undefined], 'past the end')
  const next = makeJournal(makeEpoch(), 3)
  t.same(await upload(uploadOf(next, 1, 3)), [200, 4, 4])
  t.equal((await stored()).length, 13)
})

t.test('rows that are no chain are refused whole', async t => {
  const { upload, stored } = await enrolledGate('g-chain')
  const rows = makeJournal(makeEpoch(), 6)
  const good = uploadOf(rows, 1, 6)
  const change = (i: number, part: Partial<JournalRow>) => ({
    ...good,
    rows: good.rows.map((row, k) => (k === i ? { ...row, ...part } : row)),
  })
  const cases: [string, unknown][] = [
    ['body', change(2, { body: '{"code":"OTHER"}' })],
    ['at', change(2, { at: 1 })],
    ['hash', change(5, { hash: 'f'.repeat(64) })],
    ['epoch', change(1, { epoch: makeEpoch() })],
    ['a row left out', { ...good, rows: good.rows.filter(row => row.seq !== 3) }],
    ['turned round', { ...good, rows: good.rows.toReversed() }],
    ['wrong start', { ...good, previousHash: 'a'.repeat(64) }],
  ]
  for (const [name, body] of cases)
    t.same(await upload(body), [422, 'CHAIN_BROKEN', undefined], name)
  t.same(await upload({ ...good, rows: [] }), [422, 'INVALID', undefined])
  const many = makeJournal(makeEpoch(), 201)
  t.same(await upload(uploadOf(many, 1, 201)), [422, 'INVALID', undefined], 'over 200 rows')
  t.equal((await stored()).length, 0)
})

t.test('the largest upload fits, a larger body does not', async t => {
  const { upload, client } = await enrolledGate('g-large')
  const { createHash } = await import('node:crypto')
  const { CHAIN_START, chainInput } = await import('../../../gate/contract/chain.ts')
  const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
  const epoch = makeEpoch()
  const body = JSON.stringify({ d: '"'.repeat(4000) }).slice(0, 8192)
  let previous = CHAIN_START
  const rows = Array.from({ length: 200 }, (_, i) => {
    const row = {
      epoch,
      seq: i + 1,
      at: 1,
      clock: 'TRUSTED' as const,
      lane: 'e1',
      kind: 'scan' as const,
      bodyHash: sha256(body),
    }
    previous = sha256(chainInput(previous, row))
    return { ...row, body, hash: previous }
  })
  const largest = { epoch, previousHash: CHAIN_START, rows }
  t.ok(JSON.stringify(largest).length > 3_000_000)
  t.same(await upload(largest), [200, 201, 201])
  const answer = await client.send('/v1/gates/g-large/events', 'x'.repeat(4_300_000))
  t.equal(answer.status, 413)
})

t.test('operators read what was stored, page by page', async t => {
  const { upload } = await enrolledGate('g-read')
  const rows = makeJournal(makeEpoch(), 25)
  await upload(uploadOf(rows, 1, 25))
  const seen: number[] = []
  let next: number | null = 0
  while (next !== null) {
    const answer = await world.call(`/v1/fleet/gates/g-read/events?after=${next}&limit=10`, {
      headers: operator,
    })
    t.equal(answer.status, 200)
    const page = (await answer.json()) as { rows: JournalRow[]; next: number | null }
    seen.push(...page.rows.map(row => row.seq))
    next = page.next
  }
  t.same(
    seen,
    rows.map(row => row.seq),
  )
  const gates = await world.call('/v1/fleet/gates', { headers: operator })
  t.match(await gates.json(), { rows: [{ gate: 'g-body' }] })
  const unknown = await world.call('/v1/fleet/gates/nobody/events', { headers: operator })
  t.equal(unknown.status, 404)
  const wrong = await world.call('/v1/fleet/gates/g-read/events?limit=501', { headers: operator })
  t.equal(wrong.status, 422)
})
