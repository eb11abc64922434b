/**
 * Opens the service's database and brings its schema up to date. The embedded default is SQLite
 * (WAL, FULL): one file, one connection.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely } from 'kysely'
import { StartError } from '../errors.ts'
import { migrate } from './migrations.ts'
import type { Database, Tables } from './schema.ts'
import { nodeSqliteDialect } from './sqlite.ts'

/** `file`: a path, whose folder is made when missing, or `:memory:`. Throws StartError `DATABASE`. */
export async function openDatabase(file: string): Promise<Database> {
  let db: Database
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    db = new Kysely<Tables>({ dialect: nodeSqliteDialect(file) })
  } catch (error) {
    throw new StartError('DATABASE', `cannot open the database ${file}`, { cause: error })
  }
  try {
    await migrate(db, 'sqlite')
  } catch (error) {
    await db.destroy()
    throw error
  }
  return db
}
