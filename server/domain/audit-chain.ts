/**
 * The chain over the audit: each link holds the hash of the link before and of one row. A row's
 * body is hashed with a salt of its own, so that it can be deleted when its time is over and the hash
 * that stays reveals nothing of it.
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
  /** Sorts by the time of the row: it says how old a body was that is gone. */
  readonly auditId: string
  /** The row's number in its counter; null for rows of before there were counters. */
  readonly series: number | null
  readonly n: number | null
  readonly hash: string
  /** Undefined: deleted since. */
  readonly body: AuditBody | undefined
  /** The retention report that counts it as removed; 0: one of before reports named rows. */
  readonly removedBy: number | undefined
}

/** What the first link follows. */
export const AUDIT_START = '0'.repeat(64)

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

export function auditBodyHash(body: AuditBody): string {
  const { salt, id, at, actor, action, subject, detail } = body
  return sha256(JSON.stringify([salt, id, at, actor, action, subject, detail]))
}

/** What a link says besides its body; rows of before there were counters say less. */
export function auditLinkHash(
  previous: string,
  {
    seq,
    bodyHash,
    auditId,
    series,
    n,
  }: Pick<AuditLink, 'seq' | 'bodyHash' | 'auditId' | 'series' | 'n'>,
): string {
  const said = [previous, seq, bodyHash]
  return sha256(JSON.stringify(series === null ? said : [...said, auditId, series, n]))
}

/** What one report removed: how many bodies, and the time of the youngest, Unix ms. */
export interface RemovedBodies {
  readonly rows: number
  readonly youngestAt: number
}

/** The time in a row's id: its first twelve digits. */
const timeOf = (auditId: string): number => Number.parseInt(auditId.slice(0, 12), 16)

export type AuditVerdict =
  | {
      readonly ok: true
      readonly rows: number
      readonly deleted: number
      /** By the report that counts them. */
      readonly removed: ReadonlyMap<number, RemovedBodies>
      readonly head: string
      /** Whether the wanted head was met; true when none was wanted. */
      readonly headFound: boolean
    }
  /**
   * The first link that is wrong: `GAP` in the numbers, the link's `HASH`, its row's `BODY`, or
   * `MISSING`: its body is gone and retention did not say so.
   */
  | {
      readonly ok: false
      readonly seq: number
      readonly fault: 'GAP' | 'HASH' | 'BODY' | 'MISSING'
    }

/** Walks a chain from its start. `wantedHead`: a head noted earlier, which must still be in it. */
export async function verifyAuditChain(
  links: AsyncIterable<AuditLink>,
  wantedHead?: string,
): Promise<AuditVerdict> {
  let head = AUDIT_START
  let rows = 0
  const removed = new Map<number, RemovedBodies>()
  let deleted = 0
  let headFound = wantedHead === undefined
  for await (const link of links) {
    const { seq, bodyHash, hash, body, removedBy } = link
    rows += 1
    if (seq !== rows) return { ok: false, seq: rows, fault: 'GAP' }
    if (hash !== auditLinkHash(head, link)) return { ok: false, seq, fault: 'HASH' }
    if (body === undefined) {
      if (removedBy === undefined) return { ok: false, seq, fault: 'MISSING' }
      deleted += 1
      const { rows, youngestAt } = removed.get(removedBy) ?? { rows: 0, youngestAt: 0 }
      const at = Math.max(youngestAt, timeOf(link.auditId))
      removed.set(removedBy, { rows: rows + 1, youngestAt: at })
    } else if (auditBodyHash(body) !== bodyHash) return { ok: false, seq, fault: 'BODY' }
    head = hash
    headFound ||= hash === wantedHead
  }
  return { ok: true, rows, deleted, removed, head, headFound }
}
