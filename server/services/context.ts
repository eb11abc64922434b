/**
 * What the routes are given: the service's parts, composed in assembly/ or by a test. No route takes
 * a clock, a key or a file from elsewhere.
 */
import type { Nonces } from '../auth/nonce.ts'
import type { ProviderAccounts } from '../auth/provider.ts'
import type { StaffAccounts, StaffMember } from '../auth/staff.ts'
import type { Clock, Random, Timers } from '../clock.ts'
import type { Config } from '../config.ts'
import type { FaceCheck } from '../face/port.ts'
import type { FleetFeed } from '../fleet/feed.ts'
import type { ClockCheck } from '../jobs/clock-check.ts'
import type { Load } from '../load/client-load.ts'
import type { Log } from '../ops/log.ts'
import type { Metrics } from '../ops/metrics.ts'
import type { OldCopy } from '../publish/old-copy.ts'
import type { Publisher } from '../publish/publisher.ts'
import type { Secrets } from '../secrets.ts'
import type { IssueAtOnce } from '../store/certificates/issue-at-once.ts'
import type { Places } from '../store/certificates/status-index-pool.ts'
import type { WriteProbe } from '../store/engine/write-probe.ts'
import type { Database } from '../store/schema/schema.ts'
import type { Tickets } from '../tickets/port.ts'
import type { PeopleRegistry } from './people-registry.ts'

export interface Service {
  readonly config: Config
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly clockCheck: ClockCheck
  readonly log: Log
  readonly metrics: Metrics
  readonly db: Database
  /** Whether it takes writes. */
  readonly writes: WriteProbe
  readonly oldCopy: OldCopy
  readonly places: Places
  readonly issueAtOnce: IssueAtOnce
  readonly secrets: Secrets
  readonly nonces: Nonces
  readonly staff: StaffAccounts
  /** Staff by the operator's provider; undefined when there is none. */
  readonly provider: ProviderAccounts | undefined
  readonly publisher: Publisher
  /** The fleet, live, for who watches it. */
  readonly fleet: FleetFeed
  readonly registry: PeopleRegistry
  readonly faces: FaceCheck
  readonly tickets: Tickets
  /** Origins whose pages may use the session cookie. */
  readonly ownOrigins: () => readonly string[]
}

/** What the guards leave for a route. */
export interface ServiceEnv {
  Variables: {
    service: Service
    load: Load
    /** On routes of files that gates poll: headers of each answer. */
    fileHeaders: Readonly<Record<string, string>>
    requestId: string
    /** Set on routes of staff. */
    staff: StaffMember
    /** Set on routes of gates. */
    gate: { readonly id: string; readonly station: string }
    /** Set on routes of phones: thumbprint of the device key. */
    device: string
  }
}
