/** The texts that put journal rows away; they never change, so PostgreSQL plans them once a connection. */

/** Columns of a row, in the order of its values. */
export const EVENT_COLUMNS = [
  ...(['gate', 'epoch', 'seq', 'at', 'clock', 'lane', 'kind'] as const),
  ...(['body_hash', 'body', 'hash', 'received_at'] as const),
] as const

const INSERT = `insert into gate_events (${EVENT_COLUMNS.join(', ')})`

/**
 * One value and one plan, however many rows: a statement with each row's own values takes PostgreSQL
 * longer to read than to run (measured).
 */
const FROM_JSON = `select $1::text, $2::text, seq, at, clock, lane, kind, "bodyHash", body, hash,
    $3::bigint
  from json_to_recordset($4) as given (seq bigint, at bigint, clock text, lane text, kind text,
    "bodyHash" text, body text, hash text)`

/** For PostgreSQL: `$1` gate, `$2` epoch, `$3` when they were received, `$4` the rows, a JSON array. */
export const EVENTS_STATEMENT = `${INSERT} ${FROM_JSON}`

/** Columns of a passage; `$1` gate, `$2` epoch, `$9` station, `$10` the passages, a JSON array. */
const PASSAGES_FROM_JSON = `insert into gate_passages
    (gate, epoch, station, seq, lane, area, cti, direction, at, presented_at)
  select $1, $2, $9, seq, lane, area, cti, direction, at, "presentedAt"
  from json_to_recordset($10) as given (seq bigint, lane text, area text, cti text,
    direction text, at bigint, "presentedAt" bigint)`

/** Moves the cursor from `$5` and `$6` where it stands there: else nothing of an upload is stored. */
const MOVED = `update gate_epochs set next = $7, last_hash = $8
    where gate = $1 and epoch = $2 and next = $5 and last_hash = $6 returning gate`

/**
 * For PostgreSQL: rows, passages, cursor and when the gate was in touch. Beside the above `$5` first
 * seq, `$6` the hash before it, `$7` next seq, `$8` the last hash.
 */
export const UPLOAD_STATEMENT = `with
  moved as (${MOVED}),
  seen as (update gates set seen_at = $3 where id = $1),
  passed as (${PASSAGES_FROM_JSON} where exists (select from moved))
  ${INSERT} ${FROM_JSON}
  where exists (select from moved)`

/** For SQLite, the same cursor: `?` next seq, last hash, gate, epoch, first seq, the hash before it. */
export const MOVE_STATEMENT = MOVED.replace(/\$\d/g, '?')

/** For SQLite, where taking JSON apart costs more than values do (measured). */
export function eventsText(rows: number): string {
  const tuple = `(${EVENT_COLUMNS.map(() => '?').join(',')})`
  return `${INSERT} values ${Array(rows).fill(tuple).join(',')}`
}
