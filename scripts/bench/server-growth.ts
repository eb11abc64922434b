/**
 * What an issue costs as certificates pile up: one database a size, filled in bulk with rows as the
 * service leaves them, and issues on all of them in turn.
 */
import { sql } from 'kysely'
import { engineOf } from '../../server/store/engine/engines.ts'
import type { Database } from '../../server/store/schema/schema.ts'
import { openWorld, type World } from '../../server/testing/world.ts'
import { type Figure, figure } from './figure.ts'
import { inTurns, medianOf, ratioIn } from './pairs.ts'
import type { Ground } from './server-ground.ts'
import { issuingApp, round } from './server-issue.ts'

const PART = 'server'
const SIZES = [1_000, 10_000, 100_000]
const SIZES_FULL = [...SIZES, 1_000_000]
const ISSUES = 100
const ROUNDS = 9
/** Status indices are told apart by list: so many certificates a list. */
const LIST_ENTRIES = 2 ** 20
const DAY_MS = 86_400_000

export async function growthFigures(ground: Ground, full: boolean): Promise<Figure[]> {
  const sizes = full ? SIZES_FULL : SIZES
  const worlds: World[] = []
  try {
    for (const size of sizes) {
      const world = await openWorld(ground.folder(), 2, await ground.place())
      worlds.push(world)
      await fill(world.service.db, size, world.clock.time)
    }
    const runners = worlds.map(({ service }, i) => {
      const app = issuingApp(service)
      const fetcher = (request: Request) => app.fetch(request)
      return { name: `${sizes[i]}`, round: () => round(service, fetcher, ISSUES) }
    })
    const took = await inTurns(runners, ROUNDS)
    const base = `${sizes[0]}`
    return sizes.map(size => {
      const name = `issue with ${size.toLocaleString('en')} certificates, ${ground.engine}`
      const value = [medianOf(took, `${size}`), 'ms'] as const
      if (`${size}` === base) return figure(PART, name, value)
      const ratio = ratioIn(took, `${size}`, base)
      return figure(PART, name, value, { limit: 'with 1,000', ratio, goal: '≤ 1.25' })
    })
  } finally {
    for (const world of worlds) await world.close()
  }
}

/** Rows of `count` people who each had one certificate that has expired, made by the database. */
async function fill(db: Database, count: number, now: number): Promise<void> {
  const { hex, bytes, numbers } = makersOf(db, count)
  const until = now - DAY_MS
  const from = until - DAY_MS
  await sql`create table filling as
    select n, ${hex(18)} as person, ${hex(16)} as certificate from ${numbers}`.execute(db)
  await sql`insert into people (id, document_type, document_hash, sealed, active_certificate,
      active_until, created_at, updated_at)
    select person, 'passport', ${bytes(32)}, ${bytes(90)}, certificate, ${until}, ${from}, ${from}
    from filling`.execute(db)
  await sql`insert into quota (person, month, n) select person, '2026-05', 1 from filling`.execute(
    db,
  )
  await sql`insert into certificates (id, person, channel, list, status_index, valid_from,
      valid_until, device_key, holder_key)
    select certificate, person, 'phone', -1 - n / ${sql.lit(LIST_ENTRIES)},
      n % ${sql.lit(LIST_ENTRIES)}, ${from}, ${until}, substr(${hex(22)}, 1, 43),
      substr(${hex(22)}, 1, 43) from filling`.execute(db)
  await sql`insert into audit (id, at, actor, action, subject, detail, salt, sealed)
    select ${hex(14)}, ${from}, 'phone', 'certificate.issue', certificate,
      '{"means":"first","application":"' || ${hex(16)} || '"}', ${hex(16)}, 1
    from filling`.execute(db)
  await sql`drop table filling`.execute(db)
}

/** Random text and bytes, and the numbers from 1 to `count`, in the engine's own words. */
function makersOf(db: Database, count: number) {
  if (engineOf(db) === 'sqlite') {
    return {
      hex: (n: number) => sql`lower(hex(randomblob(${sql.lit(n)})))`,
      bytes: (n: number) => sql`randomblob(${sql.lit(n)})`,
      numbers: sql`(with recursive numbers(n) as
        (select 1 union all select n + 1 from numbers where n < ${count}) select n from numbers)`,
    }
  }
  // `md5` gives 16 bytes; as many of them as it takes.
  const text = (n: number) =>
    Array.from({ length: Math.ceil(n / 16) }, () => 'md5(random()::text)').join(' || ')
  return {
    hex: (n: number) => sql`substr(${sql.raw(text(n))}, 1, ${sql.lit(2 * n)})`,
    bytes: (n: number) => sql`decode(substr(${sql.raw(text(n))}, 1, ${sql.lit(2 * n)}), 'hex')`,
    numbers: sql`generate_series(1, ${sql.lit(count)}) as numbers(n)`,
  }
}
