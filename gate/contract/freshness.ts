/** How old a gate's trust may be, by stages, and the code that staff see at each. Pure data. */
import type { ALARMS, VERDICTS } from './codes.ts'

/**
 * How old the gate's trust is, the best first.
 * - `FRESH`: normal.
 * - `STALE`: normal, with a warning on console and metrics, amber lamp.
 * - `DEGRADED`: admits, every event flagged, amber lamp.
 * - `OVERDUE`: the documents have run out; by the station's choice it goes on as before.
 * - `STAFF`: entry sends whoever would be admitted to staff, with `TRUST_STAFF`.
 * - `CLOSED`: entry denies with `TRUST_STALE`; exit denies only for a bad signature, no proof or
 *   a known revocation.
 */
export const FRESHNESS_STAGES = [
  ...(['FRESH', 'STALE', 'DEGRADED'] as const),
  ...(['OVERDUE', 'STAFF', 'CLOSED'] as const),
] as const
export type FreshnessStage = (typeof FRESHNESS_STAGES)[number]

/** The alarm or verdict of a stage; undefined while trust is fresh. */
export const STAGE_CODE = {
  FRESH: undefined,
  STALE: 'TRUST_STALE_WARNING',
  DEGRADED: 'TRUST_DEGRADED',
  OVERDUE: 'TRUST_OVERDUE',
  STAFF: 'TRUST_STAFF',
  CLOSED: 'TRUST_STALE',
} as const satisfies Record<FreshnessStage, keyof typeof ALARMS | keyof typeof VERDICTS | undefined>
