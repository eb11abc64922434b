/**
 * Puts the demo set into a service's database: again and again with the same outcome. Never into a
 * service that is set up for production, and never in place of a timetable that isn't the demo's.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { databasePlace, type LoadedConfig } from '../../server/config.ts'
import { shanghaiDay } from '../../server/domain/ticket.ts'
import { createSecrets, type Secrets } from '../../server/secrets.ts'
import { registerPerson } from '../../server/services/people-registry.ts'
import { writeAudit } from '../../server/store/audit/audit.ts'
import { openDatabase } from '../../server/store/engine/engines.ts'
import { transact } from '../../server/store/engine/transact.ts'
import { addEnrolment } from '../../server/store/gates/gates.ts'
import type { Database, Tx } from '../../server/store/schema/schema.ts'
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

/** `seed`: 0 to `SEED_MAX`. Throws SeedError, and StartError when the database can't be used. */
export async function putDemo(
  { config, secret }: LoadedConfig,
  seed: number,
  now: number,
): Promise<Seeded> {
  if (config.trust.environment !== 'test') {
    throw new SeedError('the service is set up for production: trust.environment is not "test"')
  }
  if (!config.documents.includes('resident-id')) {
    throw new SeedError('the service takes no resident-id, which the demo people have')
  }
  const set = demoSet(seed, shanghaiDay(now), shanghaiDay(now + DAY_MS))
  const secrets = createSecrets(secret)
  const db = await openDatabase(databasePlace(config))
  try {
    if (!(await isOurs(db))) throw new SeedError('there is a timetable that is not the demo’s')
    const gates = await transact(db, async tx => {
      await putPeople(tx, secrets, set.people, now)
      await replaceTimetable(tx, set.timetable)
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
