/** Puts journal rows away, all of them by one statement. */
import { CompiledQuery } from 'kysely'
import type { JournalRow } from '../../../gate/contract/events.ts'
import { engineOf } from '../engine/engines.ts'
import type { GateEvent, Tx } from '../schema/schema.ts'
import { EVENTS_STATEMENT, eventsText } from './event-statements.ts'

/** Stores new rows of one epoch; at least one. */
export async function insertEvents(
  tx: Tx,
  gate: string,
  rows: readonly JournalRow[],
  now: number,
): Promise<void> {
  const { epoch } = rows[0] as JournalRow
  const query =
    engineOf(tx) === 'postgres'
      ? CompiledQuery.raw(EVENTS_STATEMENT, [gate, epoch, now, JSON.stringify(rows)])
      : CompiledQuery.raw(textFor(rows.length), valuesOf(gate, rows, now))
  await tx.executeQuery(query)
}

/** By number of rows, which is UPLOAD_ROWS_MAX at most. */
const texts = new Map<number, string>()

function textFor(rows: number): string {
  const text = texts.get(rows) ?? eventsText(rows)
  texts.set(rows, text)
  return text
}

function valuesOf(gate: string, rows: readonly JournalRow[], now: number): unknown[] {
  const values: GateEvent[keyof GateEvent][] = []
  for (const { epoch, seq, at, clock, lane, kind, bodyHash, body, hash } of rows) {
    values.push(gate, epoch, seq, at, clock, lane, kind, bodyHash, body, hash, now)
  }
  return values
}
