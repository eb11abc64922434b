/** The timetable in the database: stations, trains and their stops, replaced as a whole. */
import type { Train } from '../../domain/ticket.ts'
import type { Database, Tx } from '../schema/schema.ts'

export interface Station {
  /** As in a gate's config. */
  readonly name: string
  /** What people call it. */
  readonly title: string
}

export interface Timetable {
  readonly stations: readonly Station[]
  readonly trains: readonly Train[]
}

/** Rows of one statement: engines cap its values. */
const ROWS_AT_ONCE = 500

/** Takes the place of the timetable before it. Tickets that were sold stay as they are. */
export async function replaceTimetable(tx: Tx, { stations, trains }: Timetable): Promise<void> {
  for (const table of ['train_stops', 'trains', 'stations'] as const) {
    await tx.deleteFrom(table).execute()
  }
  for (const rows of chunks(stations)) await tx.insertInto('stations').values(rows).execute()
  for (const rows of chunks(trains)) {
    const values = rows.map(({ number, validFrom, validUntil, weekdays }) => ({
      number,
      valid_from: validFrom,
      valid_until: validUntil,
      weekdays,
    }))
    await tx.insertInto('trains').values(values).execute()
  }
  const stops = trains.flatMap(({ number, stops }) =>
    stops.map((stop, position) => ({ train: number, position, ...stop })),
  )
  for (const rows of chunks(stops)) await tx.insertInto('train_stops').values(rows).execute()
}

export function listStations(db: Database): Promise<Station[]> {
  return db.selectFrom('stations').select(['name', 'title']).orderBy('name').execute()
}

export async function hasStation(db: Database | Tx, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('stations')
    .select('name')
    .where('name', '=', name)
    .executeTakeFirst()
  return row !== undefined
}

/** One train; undefined when there is none of this number. */
export async function findTrain(db: Database | Tx, number: string): Promise<Train | undefined> {
  return (await trainsOf(db, [number]))[0]
}

/** Trains that stop at both stations, in this order. */
export async function trainsBetween(db: Database, from: string, to: string): Promise<Train[]> {
  const rows = await db
    .selectFrom('train_stops as start')
    .innerJoin('train_stops as end', 'end.train', 'start.train')
    .select('start.train')
    .where('start.station', '=', from)
    .where('end.station', '=', to)
    .whereRef('start.position', '<', 'end.position')
    .execute()
  const found: Train[] = []
  for (const numbers of chunks(rows.map(row => row.train))) {
    found.push(...(await trainsOf(db, numbers)))
  }
  return found
}

async function trainsOf(db: Database | Tx, numbers: readonly string[]): Promise<Train[]> {
  if (numbers.length === 0) return []
  const trains = await db.selectFrom('trains').selectAll().where('number', 'in', numbers).execute()
  const stops = await db
    .selectFrom('train_stops')
    .select(['train', 'station', 'arrives', 'departs'])
    .where('train', 'in', numbers)
    .orderBy('position')
    .execute()
  const byTrain = Map.groupBy(stops, stop => stop.train)
  return trains.map(({ number, valid_from, valid_until, weekdays }) => ({
    number,
    validFrom: valid_from,
    validUntil: valid_until,
    weekdays,
    stops: (byTrain.get(number) ?? []).map(({ station, arrives, departs }) => ({
      station,
      arrives,
      departs,
    })),
  }))
}

function chunks<T>(rows: readonly T[]): T[][] {
  const parts: T[][] = []
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    parts.push(rows.slice(at, at + ROWS_AT_ONCE))
  }
  return parts
}
