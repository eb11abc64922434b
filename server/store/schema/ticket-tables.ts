/** A step of the schema's history: the timetable, tickets, and the boarding lists made of them. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import {
  type ColumnTypes,
  int,
  intOrNull,
  type Table,
  text,
  textOrNull,
} from '../engine/columns.ts'

export async function ticketTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const table = (name: string) => db.schema.createTable(name) as unknown as Table
  await text(table('stations'), 'name', 'title')
    .addPrimaryKeyConstraint('stations_pk', ['name'])
    .execute()
  await text(table('trains'), 'number', 'valid_from', 'valid_until', 'weekdays')
    .addPrimaryKeyConstraint('trains_pk', ['number'])
    .execute()
  const stops = text(table('train_stops'), 'train', 'station')
  await intOrNull(int(stops, 'position'), 'arrives', 'departs')
    .addPrimaryKeyConstraint('train_stops_pk', ['train', 'position'])
    .addUniqueConstraint('train_stops_once', ['station', 'train'])
    .execute()
  await tickets(db)
  const lists = text(table('boarding_lists'), 'station', 'sha256', 'basis')
  await intOrNull(int(lists, 'made_at', 'looked_at'), 'superseded_at')
    .addColumn('bytes', types.bytes as RawBuilder<never>, c => c.notNull())
    .addPrimaryKeyConstraint('boarding_lists_pk', ['station', 'sha256'])
    .execute()
}

async function tickets(db: Kysely<unknown>): Promise<void> {
  const table = db.schema.createTable('tickets') as unknown as Table
  const named = text(table, 'id', 'person', 'train', 'from_station', 'to_station', 'day', 'state')
  const dated = int(textOrNull(named, 'seat_class', 'replaces'), 'departs_at', 'arrives_at')
  await intOrNull(int(dated, 'sold_at'), 'price', 'ended_at')
    .addPrimaryKeyConstraint('tickets_pk', ['id'])
    .execute()
  const index = (name: string) => db.schema.createIndex(name).on('tickets')
  // One ticket a person, train and day: a sale that is sent twice sells once.
  await index('tickets_held')
    .unique()
    .columns(['person', 'train', 'day'])
    .where(sql.ref('state'), '=', sql.lit('sold'))
    .execute()
  await index('tickets_person').columns(['person', 'departs_at']).execute()
  await index('tickets_boarding').columns(['from_station', 'departs_at']).execute()
  await index('tickets_departs').column('departs_at').execute()
}
