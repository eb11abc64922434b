/**
 * The hash chain of the journal, and the bounds of its rows and batches (their form: `events.ts`).
 * Apart, so that the thread that writes the journal starts without the library that reads an input.
 *
 * hash = sha256(utf8(chainInput(previous hash, row))): all columns but the body, which is bound by
 * its own hash. So a body may be dropped for space or privacy and the chain still holds.
 */

export const UPLOAD_ROWS_MAX = 200
/** One row's body, UTF-8 bytes of its JSON. */
export const BODY_BYTES_MAX = 8192
/** The previous hash of the first row of an epoch. */
export const CHAIN_START = '0'.repeat(64)

/** The columns of a row that its hash is made of. */
export interface ChainedColumns {
  readonly epoch: string
  readonly seq: number
  readonly at: number
  readonly clock: string
  readonly lane: string
  readonly kind: string
  readonly bodyHash: string
}

/** The text whose SHA-256 (UTF-8) is the row's hash. */
export function chainInput(previousHash: string, row: ChainedColumns): string {
  return JSON.stringify([
    previousHash,
    row.epoch,
    row.seq,
    row.at,
    row.clock,
    row.lane,
    row.kind,
    row.bodyHash,
  ])
}
