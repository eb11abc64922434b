/**
 * The chain over the audit: each link holds the hash of the link before and of one row. A row's
 * body is hashed with a salt of its own, so that it can be deleted when its time is over and its
 * hash, which stays, tells nothing about it.
 */
import { createHash } from 'node:crypto'

export interface AuditBody {
  readonly id: string
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  /** JSON as it is stored. */
  readonly detail: string
  /** Hex. */
  readonly salt: string
}

export interface AuditLink {
  /** From 1 on. */
  readonly seq: number
  /** Hex, SHA-256. */
  readonly bodyHash: string
  readonly hash: string
  /** Undefined: deleted since. */
  readonly body: AuditBody | undefined
}

/** What the first link follows. */
export const AUDIT_START = '0'.repeat(64)

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

export function auditBodyHash(body: AuditBody): string {
  const { salt, id, at, actor, action, subject, detail } = body
  return sha256(JSON.stringify([salt, id, at, actor, action, subject, detail]))
}

export const auditLinkHash = (previous: string, seq: number, bodyHash: string): string =>
  sha256(JSON.stringify([previous, seq, bodyHash]))

export type AuditVerdict =
  | {
      readonly ok: true
      readonly rows: number
      readonly deleted: number
      readonly head: string
      /** Whether the wanted head was met; true when none was wanted. */
      readonly headFound: boolean
    }
  /** The first link that is wrong: `GAP` in the numbers, the link's `HASH`, or its row's `BODY`. */
  | { readonly ok: false; readonly seq: number; readonly fault: 'GAP' | 'HASH' | 'BODY' }

/** Walks a chain from its start. `wantedHead`: a head noted earlier, which must still be in it. */
export async function verifyAuditChain(
  links: AsyncIterable<AuditLink>,
  wantedHead?: string,
): Promise<AuditVerdict> {
  let head = AUDIT_START
  let rows = 0
  let deleted = 0
  let headFound = wantedHead === undefined
  for await (const { seq, bodyHash, hash, body } of links) {
    rows += 1
    if (seq !== rows) return { ok: false, seq: rows, fault: 'GAP' }
    if (hash !== auditLinkHash(head, seq, bodyHash)) return { ok: false, seq, fault: 'HASH' }
    if (body === undefined) deleted += 1
    else if (auditBodyHash(body) !== bodyHash) return { ok: false, seq, fault: 'BODY' }
    head = hash
    headFound ||= hash === wantedHead
  }
  return { ok: true, rows, deleted, head, headFound }
}
