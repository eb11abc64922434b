/** The tables of what retention deleted; conventions as in schema.ts. */

/** What retention deleted; open until `closed_at`, then signed. */
export interface RetentionReportsTable {
  number: number
  begun_at: number
  closed_at: number | null
  /** JSON, kind → how many. */
  counts: string
  bytes: Uint8Array | null
}

/** Where the numbers of reports stand, in one row: what was given once is never given again. */
export interface RetentionHeadTable {
  id: number
  /** Random, hex; another one after a restore, so that no report of before bears number and series. */
  series: string
  /** The last number that was given; its report may be open. */
  begun: number
  /** The last that was signed, and the SHA-256 of its bytes, hex; 0 and zeros while there is none. */
  closed: number
  hash: string
}
