/** The table of what retention deleted; conventions as in schema.ts. */

/** What retention deleted; open until `closed_at`, then signed. */
export interface RetentionReportsTable {
  number: number
  begun_at: number
  closed_at: number | null
  /** JSON, kind → how many. */
  counts: string
  bytes: Uint8Array | null
}
