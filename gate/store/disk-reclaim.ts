/**
 * What a full disk costs, in this order: rows that the service has, the reserve, the bodies of
 * refusals. Only then does a write fail.
 */
import type { DatabaseSync } from 'node:sqlite'
import { isFull } from '../files/sqlite.ts'
import type { Room } from './disk-reserve.ts'

/** Runs `write`; while it finds no room, gives up one thing after the other and tries again. */
export function withRoom<T>(db: DatabaseSync, room: Room, write: () => T): T {
  const means = [() => dropAcknowledged(db), () => room.release(), () => dropRefusals(db)]
  for (const give of means) {
    try {
      return write()
    } catch (error) {
      if (!isFull(error)) throw error
      attempt(give)
      // Frees the log's pages too: what was dropped is room only when it is in the database file.
      attempt(() => db.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
    }
  }
  return write()
}

/** A full disk may refuse even this: then the next means is tried. */
function attempt(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!isFull(error)) throw error
  }
}

/** Every acknowledged row but the last, which is the anchor of what follows. */
function dropAcknowledged(db: DatabaseSync): void {
  db.exec(`DELETE FROM rows WHERE EXISTS (SELECT 1 FROM epochs e
    WHERE e.ordinal = rows.ordinal AND e.forked = 0 AND rows.seq < e.acknowledged)`)
}

/** The chain holds without a body: its hash is in the row. */
function dropRefusals(db: DatabaseSync): void {
  db.exec("UPDATE rows SET body = NULL WHERE kind = 'scan' AND body IS NOT NULL")
}
