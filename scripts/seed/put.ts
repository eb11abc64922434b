/**
 * Puts the demo set into a service's database: again and again with the same outcome. Never into a
 * service that is set up for production, and never in place of a timetable that isn't the demo's.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { databasePlace, type LoadedConfig } from '../../server/config.ts'
import { shanghaiDay, type Train, type Trip, tripOf } from '../../server/domain/ticket.ts'
import { SALE_DAYS_AHEAD } from '../../server/limits.ts'
import { createSecrets, type Secrets } from '../../server/secrets.ts'
import { registerPerson } from '../../server/services/people-registry.ts'
import { writeAudit } from '../../server/store/audit/audit.ts'
import { openDatabase } from '../../server/store/engine/engines.ts'
import { handleOf } from '../../server/store/engine/handle.ts'
import { transact } from '../../server/store/engine/transact.ts'
import { addEnrolment } from '../../server/store/gates/gates.ts'
import { savePerson } from '../../server/store/people/people.ts'
import type { Database, Tx } from '../../server/store/schema/schema.ts'
import { addTicket } from '../../server/store/tickets/tickets.ts'
import { listStations, replaceTimetable } from '../../server/store/tickets/timetable.ts'
import { type DemoPerson, type DemoSet, demoSet, STATIONS } from './demo-data.ts'

/** Nothing was written. */
export class SeedError extends Error {
  override readonly name = 'SeedError'
}

export const FACES = join(import.meta.dirname, '../../fixtures/faces')
const DAY_MS = 24 * 3600_000

export interface Seeded {
  readonly people: readonly DemoPerson[]
  readonly trains: number
  readonly gates: readonly {
    readonly gate: string
    readonly station: string
    /** Null when the gate has enrolled with it. */
    readonly code: string | null
  }[]
}

/**
 * `seed`: 0 to `SEED_MAX`. Trains go for so many days, the first one is today's. Throws SeedError, and
 * StartError when the database can't be used.
 */
export async function putDemo(
  { config, secret }: LoadedConfig,
  seed: number,
  now: number,
  days = 2,
): Promise<Seeded> {
  if (config.trust.environment !== 'test') {
    throw new SeedError('the service is set up for production: trust.environment is not "test"')
  }
  if (!config.documents.includes('resident-id')) {
    throw new SeedError('the service takes no resident-id, which the demo people have')
  }
  const set = demoSet(seed, shanghaiDay(now), shanghaiDay(now + (days - 1) * DAY_MS))
  const secrets = createSecrets(secret)
  const db = await openDatabase(databasePlace(config))
  try {
    if (!(await isOurs(db))) throw new SeedError('there is a timetable that is not the demo’s')
    const gates = await transact(db, async tx => {
      await putPeople(tx, secrets, set.people, now)
      await replaceTimetable(tx, set.timetable)
      await putTickets(tx, secrets, set, { now, days })
      const gates = await putGates(tx, secrets, { seed, gates: set.gates }, now)
      const entry = { actor: 'system', action: 'demo.seed', subject: 'demo' } as const
      await writeAudit(tx, { ...entry, detail: { seed } }, now)
      return gates
    })
    return { people: set.people, trains: set.timetable.trains.length, gates }
  } finally {
    await db.destroy()
  }
}

/** None, or the demo's own. */
async function isOurs(db: Database): Promise<boolean> {
  const known = await listStations(db)
  return known.every(({ name, title }) =>
    STATIONS.some(ours => ours.name === name && ours.title === title),
  )
}

/** The portraits are known to have one face each. */
async function putPeople(
  tx: Tx,
  secrets: Secrets,
  people: readonly DemoPerson[],
  now: number,
): Promise<void> {
  for (const { name, documentType, documentNumber, photo } of people) {
    const bytes = new Uint8Array(readFileSync(join(FACES, photo)))
    await registerPerson(tx, secrets, { name, documentType, documentNumber }, bytes, now)
  }
}

/**
 * Each of them has one from the first station for the first and the last train of each day: one of the
 * next ten hours at any time.
 */
async function putTickets(
  tx: Tx,
  secrets: Secrets,
  { people, timetable }: DemoSet,
  { now, days }: { readonly now: number; readonly days: number },
): Promise<void> {
  const [from, to] = STATIONS
  const runs = timetable.trains.filter(({ stops }) => stops[0]?.station === from.name)
  const taken = [runs[0], runs.at(-1)].filter((train): train is Train => train !== undefined)
  const sold = Array.from({ length: Math.min(days, SALE_DAYS_AHEAD) }, (_, i) => i)
  const trips = sold
    .map(i => shanghaiDay(now + i * DAY_MS))
    .flatMap(day => taken.flatMap(train => tripOf(train, from.name, to.name, day) ?? []))
    .filter(({ departsAt }) => departsAt > now)
  for (const identity of people) {
    const person = await savePerson(tx, secrets, identity, now)
    for (const trip of trips) await addTicket(tx, ticketFor(tx, person.id, trip, now))
  }
}

function ticketFor(
  tx: Tx,
  person: string,
  trip: Trip,
  now: number,
): Parameters<typeof addTicket>[1] {
  const { train, from, to, day, departsAt, arrivesAt } = trip
  return {
    ...{ id: handleOf(tx).random.bytes(16).toString('hex'), person, train, day },
    ...{ from_station: from, to_station: to, departs_at: departsAt, arrives_at: arrivesAt },
    ...{ seat_class: null, price: null, replaces: null, sold_at: now },
  }
}

/** The codes are good for 15 minutes from each run on. */
async function putGates(
  tx: Tx,
  secrets: Secrets,
  { seed, gates }: { readonly seed: number; readonly gates: DemoSet['gates'] },
  now: number,
): Promise<Seeded['gates']> {
  const put = []
  for (const { gate, station } of gates) {
    const code = codeFor(secrets, seed, gate)
    const codeHash = secrets.mac('code', code).toString('base64url')
    await tx
      .deleteFrom('enrolments')
      .where('code_hash', '=', codeHash)
      .where('used_at', 'is', null)
      .execute()
    const used = await tx
      .selectFrom('enrolments')
      .select('gate')
      .where('code_hash', '=', codeHash)
      .executeTakeFirst()
    if (used === undefined) await addEnrolment(tx, { codeHash, gate, station }, now)
    put.push({ gate, station, code: used === undefined ? code : null })
  }
  return put
}

/** Of the service's own secret, so that a seed alone gives no code away: 26 letters and digits. */
function codeFor(secrets: Secrets, seed: number, gate: string): string {
  const bytes = secrets.mac('code', `demo ${seed} ${gate}`)
  return Array.from(bytes.subarray(0, 26), byte => LETTERS[byte % 32]).join('')
}

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
