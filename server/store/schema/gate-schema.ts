/** The tables of gates: who they are, what they sent, what they fetch; conventions as in schema.ts. */
import type { Generated } from 'kysely'
import type { ClockState, GapReason } from '../../../gate/contract/events.ts'

export interface GatesTable {
  id: string
  station: string
  /** RFC 7638 thumbprint of the gate's Ed25519 key. */
  key_thumbprint: string
  /** Its Ed25519 public key, 32 bytes in base64url: what its siblings believe. */
  public_key: string
  enrolled_at: number
  seen_at: number | null
  /** When its key stopped counting; null: it counts. */
  retired_at: number | null
}

export interface EnrolmentsTable {
  code_hash: string
  gate: string
  station: string
  expires_at: number
  used_at: number | null
}

export interface GateEpochsTable {
  gate: string
  epoch: string
  /** First seq that is not stored. */
  next: number
  last_hash: string
  opened_at: number
  /** The first row whose body is still there, or was never dropped. */
  bodies_from: Generated<number>
}

export interface GateEventsTable {
  gate: string
  epoch: string
  seq: number
  at: number
  clock: ClockState
  lane: string
  kind: string
  body_hash: string
  body: string | null
  hash: string
  received_at: number
}

/** Who passed where, from the gates' journals: what duplicates are found by. */
export interface GatePassagesTable {
  gate: string
  epoch: string
  seq: number
  station: string
  lane: string
  area: string
  cti: string
  direction: 'entry' | 'exit'
  /** By the gate's clock. */
  at: number
  /** Unix seconds of the code that opened, as the grant's row said. */
  presented_at: number | null
}

/** Rows of journals that never come. */
export interface GateGapsTable {
  gate: string
  epoch: string
  /** Both included. */
  from_seq: number
  to_seq: number
  why: GapReason
  told_at: number
}

/** The newest that a gate told of itself. */
export interface GateHealthTable {
  gate: string
  received_at: number
  /** JSON of gate/contract/health.ts. */
  body: string
}

/** What it told at the beginning of each slot of the last day: slots are used again. */
export interface GateHealthPointsTable {
  gate: string
  slot: number
  at: number
  /** JSON of domain/health-point.ts. */
  body: string
}

export interface StationManifestsTable {
  station: string
  version: number
  bytes: Uint8Array
  etag: string
  basis: string
  made_at: number
}

/** Configs given to gates, as signed. */
export interface GateConfigsTable {
  gate: string
  revision: number
  made_at: number
  /** `staff:ID`. */
  actor: string
  reason: string
  confirm_minutes: number
  /** Canonical JSON. */
  text: string
  /** Hex, of the signed bytes, and their length. */
  sha256: string
  length: number
  bytes: Uint8Array
}

/** Gates that hold a manifest which this database never published. */
export interface GatesAheadTable {
  gate: string
  /** Of the manifest that it holds. */
  version: number
  at: number
}
