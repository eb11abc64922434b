/**
 * The highest numbers that this gate acted on: of trust, of its manifests, of its config. They stand
 * beside the rows, so that no row that is dropped takes them along, and in the journal, so that an
 * older file of another kind that is put in a newer one's place is known as older.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { KNOWN_MAX } from '../limits.ts'

/** Beside the versioned tables: a program that does not know it leaves it alone. */
export const KNOWN_TABLE = `
  CREATE TABLE IF NOT EXISTS known (
    name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`

/** Numbers by what they count. */
export type Known = Readonly<Record<string, number>>

export function createKnown(db: DatabaseSync) {
  const put = db.prepare(
    `INSERT INTO known (name, value) SELECT ?, ?
       WHERE (SELECT count(*) FROM known) < ${KNOWN_MAX} OR EXISTS (SELECT 1 FROM known WHERE name = ?)
     ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
  )
  const all = db.prepare('SELECT name, value FROM known')
  return {
    /** A lower number than the one known changes nothing. */
    know(facts: Known): void {
      for (const [name, value] of Object.entries(facts)) put.run(name, value, name)
    },
    known(): Known {
      return Object.fromEntries(all.all().map(({ name, value }) => [name, value])) as Known
    },
  }
}

/** Of a journal that is not open yet; nothing where it can't be read: its own start says why. Never throws. */
export function readKnown(file: string): Known {
  let db: DatabaseSync | undefined
  try {
    if (!existsSync(file)) return {}
    db = new DatabaseSync(file, { readOnly: true, timeout: 2000 })
    const rows = db.prepare('SELECT name, value FROM known').all()
    return Object.fromEntries(rows.map(({ name, value }) => [name, value])) as Known
  } catch {
    return {}
  } finally {
    db?.close()
  }
}
