/**
 * What an issue costs as certificates pile up, and an upload as journal rows do: one database a size,
 * filled in bulk with rows as the service leaves them, and issues or uploads on all of them in turn.
 */
import { sql } from 'kysely'
import { engineOf } from '../../server/store/engine/engines.ts'
import type { Database } from '../../server/store/schema/schema.ts'
import { letTimePass, openWorld, type World } from '../../server/testing/world.ts'
import { type Figure, figure } from './figure.ts'
import { costOf, inTurns, ratioIn } from './pairs.ts'
import { uploading } from './server-events.ts'
import type { Ground } from './server-ground.ts'
import { issuingApp, round } from './server-issue.ts'

const PART = 'server'
const ISSUES = 100
const ROUNDS = 12
/** Status indices are told apart by list: so many certificates a list. */
const LIST_ENTRIES = 2 ** 20
const DAY_MS = 86_400_000
/** How many gates' journals the rows are of, each of one epoch. */
const JOURNALS = 100

/** Rows that one statement makes: on PostgreSQL a statement has its time. */
const PIECE_ROWS = 5_000
/** Numbers of rows, both included. */
interface Piece {
  readonly from: number
  readonly to: number
}

/** Something of which a database holds more and more. */
interface Grown {
  /** What is measured, and what there is more of. */
  readonly name: string
  readonly of: string
  readonly sizes: readonly number[]
  readonly fill: (db: Database, piece: Piece, now: number) => Promise<void>
  /** Milliseconds of one piece of work. */
  readonly work: (world: World) => Promise<() => Promise<number>>
}

const SIZES = [1_000, 10_000, 100_000]
const certificates = (full: boolean): Grown => ({
  ...{ name: 'issue', of: 'certificates', fill: fillCertificates },
  sizes: full ? [...SIZES, 1_000_000] : SIZES,
  async work({ service }) {
    const app = issuingApp(service)
    return () => round(service, request => app.fetch(request), ISSUES)
  },
})
/** PostgreSQL takes minutes to fill a million. */
const journals = (full: boolean, engine: Ground['engine']): Grown => ({
  ...{ name: 'upload of 200 rows', of: 'journal rows', fill: fillJournals },
  async work(world) {
    const upload = await uploading(world)
    return async () => (await upload()).ms
  },
  sizes: [
    ...SIZES,
    ...(full || engine === 'SQLite' ? [1_000_000] : []),
    ...(full ? [10_000_000] : []),
  ],
})

export async function growthFigures(ground: Ground, full: boolean): Promise<Figure[]> {
  return [
    ...(await figuresOf(ground, certificates(full))),
    ...(await figuresOf(ground, journals(full, ground.engine))),
  ]
}

async function figuresOf(
  ground: Ground,
  { name, of, sizes, fill, work }: Grown,
): Promise<Figure[]> {
  const worlds: World[] = []
  try {
    const runners: { name: string; round: () => Promise<number> }[] = []
    for (const size of sizes) {
      const world = await openWorld(ground.folder(), 2, await ground.place())
      worlds.push(world)
      for (const piece of piecesOf(size)) await fill(world.service.db, piece, world.clock.time)
      letTimePass(world.clock)
      runners.push({ name: `${size}`, round: await work(world) })
    }
    const took = await inTurns(runners, ROUNDS)
    const [base, last] = [sizes[0] as number, sizes.at(-1) as number]
    const against = (size: number) => ratioIn(took, `${size}`, `${base}`)
    const grown = sizes.map(size => {
      const title = `${name} with ${size.toLocaleString('en')} ${of}, ${ground.engine}`
      const value = [costOf(took, `${size}`), 'ms'] as const
      if (size === base) return figure(PART, title, value)
      const limit = `with ${base.toLocaleString('en')}`
      return figure(PART, title, value, { limit, ratio: against(size), goal: '≤ 1.25' })
    })
    const exponent = Math.log(against(last).mid) / Math.log(last / base)
    return [...grown, figure(PART, `${name}, exponent, ${ground.engine}`, [exponent, `of ${of}`])]
  } finally {
    for (const world of worlds) await world.close()
  }
}

function piecesOf(size: number): Piece[] {
  return Array.from({ length: Math.ceil(size / PIECE_ROWS) }, (_, i) => ({
    from: 1 + i * PIECE_ROWS,
    to: Math.min(size, (i + 1) * PIECE_ROWS),
  }))
}

/** Rows of the journals of gates, made by the database; their hashes chain nothing. */
async function fillJournals(db: Database, piece: Piece, now: number): Promise<void> {
  const { hex, numbers } = makersOf(db, piece)
  const at = sql.lit(now)
  const gate = sql`'f' || (n % ${sql.lit(JOURNALS)})`
  const seq = sql`1 + n / ${sql.lit(JOURNALS)}`
  await sql`insert into gate_events (gate, epoch, seq, at, clock, lane, kind, body_hash, body, hash,
      received_at)
    select ${gate}, 'aaaaaaaaaaaaaaaa', ${seq}, ${at}, 'TRUSTED', 'e1', 'alarm', ${hex(32)},
      '{"code":"DOOR","on":true,"detail":""}', ${hex(32)}, ${at}
    from ${numbers} order by 1, 3`.execute(db)
}

/** Rows of people who each had one certificate that has expired, made by the database. */
async function fillCertificates(db: Database, piece: Piece, now: number): Promise<void> {
  const { hex, bytes, numbers } = makersOf(db, piece)
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
  // Counted here: a trigger that counts as many rows of one statement takes PostgreSQL their square.
  await sql`insert into audit (id, at, actor, action, subject, detail, salt, sealed, series, n)
    select ${hex(14)}, ${from}, 'phone', 'certificate.issue', certificate,
      '{"means":"first","application":"' || ${hex(16)} || '"}', ${hex(16)}, 1, -1, n
    from filling`.execute(db)
  await sql`drop table filling`.execute(db)
}

/** Random text and bytes, and the numbers of a piece, in the engine's own words. */
function makersOf(db: Database, { from, to }: Piece) {
  if (engineOf(db) === 'sqlite') {
    return {
      hex: (n: number) => sql`lower(hex(randomblob(${sql.lit(n)})))`,
      bytes: (n: number) => sql`randomblob(${sql.lit(n)})`,
      numbers: sql`(with recursive numbers(n) as
        (select ${sql.lit(from)} union all select n + 1 from numbers where n < ${sql.lit(to)})
        select n from numbers)`,
    }
  }
  // `md5` gives 16 bytes; as many of them as it takes.
  const text = (n: number) =>
    Array.from({ length: Math.ceil(n / 16) }, () => 'md5(random()::text)').join(' || ')
  return {
    hex: (n: number) => sql`substr(${sql.raw(text(n))}, 1, ${sql.lit(2 * n)})`,
    bytes: (n: number) => sql`decode(substr(${sql.raw(text(n))}, 1, ${sql.lit(2 * n)}), 'hex')`,
    numbers: sql`generate_series(${sql.lit(from)}, ${sql.lit(to)}) as numbers(n)`,
  }
}
