/** How columns are declared, for SQLite and PostgreSQL alike, and where the two differ. */
import { type CreateTableBuilder, type RawBuilder, sql } from 'kysely'

export type Engine = 'sqlite' | 'postgres'

/** Column types where the engines differ. */
export interface ColumnTypes {
  bytes: RawBuilder<unknown>
  authDate: RawBuilder<unknown>
  authBoolean: RawBuilder<unknown>
}

export const COLUMN_TYPES: Record<Engine, ColumnTypes> = {
  sqlite: { bytes: sql`blob`, authDate: sql`text`, authBoolean: sql`integer` },
  postgres: { bytes: sql`bytea`, authDate: sql`timestamptz`, authBoolean: sql`boolean` },
}

export type Table = CreateTableBuilder<string, string>

export const text = (table: Table, ...names: string[]) =>
  names.reduce((t, name) => t.addColumn(name, 'text', c => c.notNull()), table)
export const textOrNull = (table: Table, ...names: string[]) =>
  names.reduce((t, name) => t.addColumn(name, 'text'), table)
export const int = (table: Table, ...names: string[]) =>
  names.reduce((t, name) => t.addColumn(name, 'bigint', c => c.notNull()), table)
export const intOrNull = (table: Table, ...names: string[]) =>
  names.reduce((t, name) => t.addColumn(name, 'bigint'), table)
