/**
 * The tables, as Kysely sees them, for SQLite and PostgreSQL alike. Times ending in `_at` or `until`
 * are Unix milliseconds; ids are random text, so that no key is hot.
 */
import type { Generated, Insertable, Kysely, Selectable, Transaction } from 'kysely'
import type { EndReason } from '../../domain/certificate.ts'
import type { DocumentType } from '../../domain/document-type.ts'
import type {
  ApplicationsTable,
  ChallengesTable,
  RegistryTable,
  SeenFramesTable,
} from './application-schema.ts'
import type { AppealsTable, ApprovalsTable, ServedCodesTable } from './desk-schema.ts'
import type {
  EnrolmentsTable,
  GateConfigsTable,
  GateEpochsTable,
  GateEventsTable,
  GateGapsTable,
  GateHealthPointsTable,
  GateHealthTable,
  GatePassagesTable,
  GatesAheadTable,
  GatesTable,
  StationManifestsTable,
} from './gate-schema.ts'
import type { RetentionHeadTable, RetentionReportsTable } from './retention-schema.ts'
import type {
  StaffDisabledTable,
  StaffSessionsTable,
  StaffTable,
  StaffTwoFactorsTable,
  StaffUsedCodesTable,
} from './staff-schema.ts'
import type {
  BoardingListsTable,
  StationsTable,
  TicketsTable,
  TrainStopsTable,
  TrainsTable,
} from './ticket-schema.ts'

export interface PeopleTable {
  id: string
  /** Of the document that was used last. */
  document_type: DocumentType
  /** HMAC-SHA-256 of type and number: for look-up. */
  document_hash: Uint8Array
  /** AES-256-GCM of JSON { name, documentNumber }, as used last; empty where nothing was issued. */
  sealed: Uint8Array
  /**
   * Where several documents are one person's, the id of the row that stands for the person, in that
   * row too: all that is a person's hangs on it. Null for a person of one document.
   */
  same_as: string | null
  /** The certificate that runs, and until when: taken by one statement, so there is never a second. */
  active_certificate: string | null
  active_until: number
  created_at: number
  updated_at: number
}

export interface QuotaTable {
  person: string
  /** Shanghai month, `YYYY-MM`. */
  month: string
  n: number
}

export interface CertificatesTable {
  /** The `cti` of its passes, hex. */
  id: string
  person: string
  channel: 'desk' | 'phone'
  list: number
  status_index: number
  valid_from: number
  valid_until: number
  ended_at: number | null
  end_reason: EndReason | null
  /** Thumbprints (RFC 7638) of the phone's request key and of the pass holder's key. */
  device_key: string | null
  holder_key: string | null
}

export interface ClaimsTable {
  code_hash: string
  certificate: string
  expires_at: number
  used_at: number | null
}

export interface StatusListsTable {
  /** Its URI is `tsl:` and this in base 36. */
  number: number
  /** Days since 1970, UTC: certificates issued on that day use it. */
  day: number
  /** Counter that the keyed permutation turns into an index. */
  next: number
  permutation_key: Uint8Array
  /** Moves with every flipped bit. */
  revision: number
  drop_at: number
}

export interface StatusEndedTable {
  list: number
  status_index: number
  ended_at: number
}

export interface PublishedListsTable {
  list: number
  /** The list's revision and one: a version has one file for ever. */
  version: number
  /** Hex. */
  sha256: string
  bytes: Uint8Array
  made_at: number
}

export interface PublishedManifestsTable {
  version: number
  bytes: Uint8Array
  /** Quoted, as it is sent. */
  etag: string
  /** What it was made of: when this text is the same, nothing changed. */
  basis: string
  made_at: number
}

export interface TrustDocumentsTable {
  version: number
  bytes: Uint8Array
  added_at: number
}

export interface RevokedKidsTable {
  /** Hex. */
  kid: string
  revoked_at: number
}

export interface LeasesTable {
  name: string
  owner: string
  until: number
}

export interface ProofsTable {
  /** `jti` with the key's thumbprint before it. */
  jti: string
  expires_at: number
  /** Of a phone's POST: hashes of what the proof signed and of the request, and the sealed answer. */
  input_hash: Generated<string>
  request_hash: Generated<string>
  status: number | null
  answer: Uint8Array | null
}

export interface RatesTable {
  key: string
  window_start: number
  n: number
}

export interface AuditTable {
  /** Sortable by time. */
  id: string
  at: number
  /** `staff:ID`, `gate:ID`, `phone`, or `system`. */
  actor: string
  action: string
  subject: string
  /** JSON without names or document numbers. */
  detail: string
  /** Hex; lets the chain keep its hash when the row is deleted, without telling what was in it. */
  salt: Generated<string>
  /** 1: in the chain. */
  sealed: Generated<number>
  /** Its number in one of the counters, from 1 without a gap; null for rows of before. By a trigger. */
  series: Generated<number | null>
  n: Generated<number | null>
}

export interface AuditSeriesTable {
  series: number
  /** The last number that was given. */
  last: number
}

export interface AuditChainTable {
  /** From 1 without a gap. */
  seq: number
  audit_id: string
  body_hash: string
  hash: string
  sealed_at: number
  /** Of its row. */
  series: number | null
  n: number | null
  /** The retention report that counts its body as removed; 0: one of before reports named rows. */
  removed_by: number | null
}

export interface Tables {
  people: PeopleTable
  quota: QuotaTable
  certificates: CertificatesTable
  claims: ClaimsTable
  status_lists: StatusListsTable
  status_ended: StatusEndedTable
  published_lists: PublishedListsTable
  published_manifests: PublishedManifestsTable
  trust_documents: TrustDocumentsTable
  revoked_kids: RevokedKidsTable
  leases: LeasesTable
  proofs: ProofsTable
  rates: RatesTable
  gates: GatesTable
  enrolments: EnrolmentsTable
  gate_epochs: GateEpochsTable
  gate_events: GateEventsTable
  gate_passages: GatePassagesTable
  gate_health: GateHealthTable
  gate_health_points: GateHealthPointsTable
  gate_gaps: GateGapsTable
  gates_ahead: GatesAheadTable
  station_manifests: StationManifestsTable
  stations: StationsTable
  trains: TrainsTable
  train_stops: TrainStopsTable
  tickets: TicketsTable
  boarding_lists: BoardingListsTable
  gate_configs: GateConfigsTable
  registry: RegistryTable
  applications: ApplicationsTable
  challenges: ChallengesTable
  seen_frames: SeenFramesTable
  served_codes: ServedCodesTable
  approvals: ApprovalsTable
  appeals: AppealsTable
  audit: AuditTable
  audit_chain: AuditChainTable
  audit_series: AuditSeriesTable
  retention_reports: RetentionReportsTable
  retention_head: RetentionHeadTable
  staff: StaffTable
  staff_sessions: StaffSessionsTable
  staff_disabled: StaffDisabledTable
  staff_two_factors: StaffTwoFactorsTable
  staff_used_codes: StaffUsedCodesTable
}

export type Database = Kysely<Tables>
/** The only handle inside a transaction: the one connection is taken, `db` would wait for ever. */
export type Tx = Transaction<Tables>
export type Certificate = Selectable<CertificatesTable>
export type GateEvent = Insertable<GateEventsTable>
