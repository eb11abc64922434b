/** The demo set: what a seed gives, and what a service has of it after one run and after two. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startChild } from '../../fixtures/child.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { checkDocumentNumber } from '../../server/domain/document.ts'
import { checkName } from '../../server/domain/name.ts'
import { ENROLMENT_MS } from '../../server/limits.ts'
import { transact } from '../../server/store/engine/transact.ts'
import { replaceTimetable } from '../../server/store/tickets/timetable.ts'
import { makeApplicant } from '../../server/testing/applicant.ts'
import { makeClient, openWorld } from '../../server/testing/world.ts'
import { demoSet, SEED_MAX } from './demo-data.ts'
import { FACES, putDemo } from './put.ts'

const DAYS = ['2026-05-20', '2026-05-21'] as const

t.test('the same seed and day, the same set; another seed, other people', async t => {
  t.same(demoSet(7, ...DAYS), demoSet(7, ...DAYS))
  const numbers = (seed: number) => demoSet(seed, ...DAYS).people.map(one => one.documentNumber)
  t.notSame(numbers(7), numbers(8))
  for (const seed of [0, 1, SEED_MAX]) t.equal(new Set(numbers(seed)).size, 6)
})

t.test('people pass for people, and are nobody', async t => {
  const { people } = demoSet(1, ...DAYS)
  for (const { name, documentNumber, photo, live } of people) {
    t.same(checkName(name), { ok: true, name })
    t.match(name, /^TRAVELLER [A-Z]+$/)
    const checked = checkDocumentNumber('resident-id', documentNumber, Date.UTC(2026, 4, 20))
    t.match(checked, { ok: true, warnings: ['REGION_UNKNOWN'] })
    t.ok(readFileSync(join(FACES, photo)).length > 0)
    t.ok(readFileSync(join(FACES, live)).length > 0)
  }
})

const dir = tempDir()
const world = await openWorld(dir)
t.teardown(() => world.close())
const { db, config } = world.service
const loaded = { config, secret: new Uint8Array(32).fill(7) }
const put = (seed = 1) => putDemo(loaded, seed, world.clock.time)

t.test('a person of it applies, a gate of it enrols, a train of it is found', async t => {
  const { people, gates, trains } = await put()
  t.equal(trains, 16)
  const [one] = people
  const lin = await makeApplicant(world, one?.documentNumber ?? '')
  const { name, documentType, documentNumber } = one as NonNullable<typeof one>
  const applied = await lin.apply({ name, documentType })
  const photo = readFileSync(join(FACES, one?.photo ?? '')).toString()
  t.equal((await lin.face(applied.application?.id ?? '', photo)).status, 201)

  const publicKey = await makeClient(world, 'EdDSA').publicJwk()
  const [north] = gates
  const enrolled = await world.post('/v1/gates/enrol', {
    code: north?.code,
    publicKey,
    name: 'north-1',
  })
  t.same(await enrolled.json(), { gate: 'north-1', station: 'north' })

  const agent = await world.signIn('agent')
  const found = await world.post('/v1/people/lookup', { documentType, documentNumber }, agent)
  const { certificate } = (await found.json()) as { certificate: { id: string } }
  const path = `/v1/desk/certificates/${certificate.id}/tickets`
  const { tickets } = (await (await world.call(path, { headers: agent })).json()) as {
    tickets: { day: string; train: string; state: string }[]
  }
  const held = tickets.map(({ day, train, state }) => `${day} ${train} ${state}`).sort()
  t.same(
    held,
    [`${DAYS[0]} D15 sold`, `${DAYS[1]} D1 sold`, `${DAYS[1]} D15 sold`],
    'the first and the last train of each day, unless it has left',
  )
  for (const [day, runs] of [
    [DAYS[0], true],
    [DAYS[1], true],
    ['2026-05-22', false],
  ] as const) {
    for (const way of ['from=north&to=south', 'from=south&to=north']) {
      const answer = await world.call(`/v1/trains?${way}&day=${day}`, { headers: agent })
      const found = (await answer.json()) as { trains: unknown[] }
      t.equal(found.trains.length > 0, runs, `${way} ${day}`)
    }
  }
})

t.test('again: nothing twice, codes for another 15 minutes', async t => {
  const before = await put()
  t.equal(before.gates[0]?.code, null, 'enrolled')
  world.clock.time += ENROLMENT_MS
  const again = await put()
  t.same(again, before)
  t.match(again.gates[1]?.code, /^[0-9A-HJKMNP-TV-Z]{26}$/)
  const count = async (table: 'registry' | 'stations' | 'trains' | 'enrolments' | 'tickets') =>
    (await db.selectFrom(table).selectAll().execute()).length
  t.same(
    [
      await count('registry'),
      await count('stations'),
      await count('trains'),
      await count('enrolments'),
      await count('tickets'),
    ],
    [6, 2, 16, 2, 18],
  )
  const publicKey = await makeClient(world, 'EdDSA').publicJwk()
  const body = { code: again.gates[1]?.code, publicKey, name: 'south-1' }
  t.equal((await world.post('/v1/gates/enrol', body)).status, 201)
  const other = await putDemo({ ...loaded, secret: new Uint8Array(32).fill(8) }, 1, 0)
  t.ok(
    other.gates.every(gate => gate.code !== before.gates[1]?.code),
    'a seed gives no code away',
  )
})

t.test('not in place of another timetable, not in production: nothing is written', async t => {
  const rows = async () => [
    (await db.selectFrom('registry').selectAll().execute()).length,
    await db.selectFrom('stations').selectAll().orderBy('name').execute(),
    (await db.selectFrom('audit').where('action', '=', 'demo.seed').select('id').execute()).length,
  ]
  const stations = [{ name: 'north', title: 'The real north' }]
  await transact(db, tx => replaceTimetable(tx, { stations, trains: [] }))
  const before = await rows()
  await t.rejects(put(5), { message: /timetable that is not the demo’s/ })
  const trust = { ...config.trust, environment: 'production' as const }
  const production = { ...loaded, config: { ...config, trust } }
  await t.rejects(putDemo(production, 5, world.clock.time), { message: /production/ })
  const passports = { ...loaded, config: { ...config, documents: ['passport' as const] } }
  await t.rejects(putDemo(passports, 5, world.clock.time), { message: /resident-id/ })
  t.same(await rows(), before)
})

t.test('the command', async t => {
  const path = join(dir, 'c.json')
  const write = (environment: string) =>
    writeFileSync(
      path,
      JSON.stringify({
        database: { file: 'demo.db' },
        trust: { documents: 'trust', keys: 'trust/online', environment },
        secretFile: 'secret',
      }),
    )
  writeFileSync(join(dir, 'secret'), Buffer.alloc(32, 7).toString('base64url'), { mode: 0o600 })
  const run = async (...args: string[]) => {
    const child = startChild('scripts/seed.ts', args)
    return { code: await child.exited, line: child.lines.at(-1), errors: child.errors() }
  }
  write('test')
  const done = await run('--config', path)
  t.equal(done.code, 0, done.errors)
  t.match(done.line, {
    people: [{ name: 'TRAVELLER ONE', documentNumber: /^890000/, camera: /d01-live\.jpg$/ }],
    trains: 16,
    gates: [{ gate: 'north-1', code: String }, { gate: 'south-1' }],
  })
  t.match(await run('--config', path, '--seed', String(SEED_MAX)), { code: 0 })
  for (const seed of [String(SEED_MAX + 1), '-1', '1.5', 'x']) {
    t.match(await run('--config', path, `--seed=${seed}`), { code: 2, errors: /--seed is a whole/ })
  }
  write('production')
  t.match(await run('--config', path), { code: 2, errors: /production/ })
  t.match(await run(), { code: 2, errors: /--config FILE is missing/ })
})
