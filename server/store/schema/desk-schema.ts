/** The tables of the desk: approvals, appeals, and codes that serve a window; conventions as in schema.ts. */

import type { Selectable } from 'kysely'

/** `waiting` past `expires_at` has expired. */
export type ApprovalState = 'waiting' | 'approved' | 'declined'

/** A certificate from the window that one member of staff asked for and another decides. */
export interface ApprovalsTable {
  /** Sortable by time. */
  id: string
  person: string
  /** The person while it waits: unique, so that there is never a second. */
  open_person: string | null
  /** Ids of staff. */
  asked_by: string
  decided_by: string | null
  reason: string
  /** The certificate that ran and was to be replaced. */
  replaces: string | null
  /** AES-256-GCM of JSON { name, documentType, documentNumber }, as the asker saw them. */
  sealed: Uint8Array
  state: ApprovalState
  asked_at: number
  expires_at: number
  decided_at: number | null
  certificate: string | null
  /** AES-256-GCM of JSON { code, codeExpiresAt }: for the asker alone. */
  claim: Uint8Array | null
}

export type Approval = Selectable<ApprovalsTable>

export const APPEAL_OUTCOMES = ['upheld', 'rejected'] as const
export type AppealOutcome = (typeof APPEAL_OUTCOMES)[number]

/** What a person says against a face check that was refused. */
export interface AppealsTable {
  /** Sortable by time. */
  id: string
  application: string
  /** The application while it is not resolved: unique. */
  open_application: string | null
  /** AES-256-GCM of JSON { text, contact, identity }. */
  sealed: Uint8Array
  made_at: number
  /** Id of the member of staff who works on it, and since when. */
  taken_by: string | null
  taken_at: number | null
  outcome: AppealOutcome | null
  /** AES-256-GCM of what staff noted. */
  note: Uint8Array | null
  resolved_at: number | null
  drop_at: number
}

export type Appeal = Selectable<AppealsTable>

/** A presented code, and the window that scanned it first. */
export interface ServedCodesTable {
  /** HMAC-SHA-256 of the certificate and the time at which the code was made; paper has none. */
  code: string
  /** Id of the staff session. */
  session: string
  purpose: string
  expires_at: number
}
