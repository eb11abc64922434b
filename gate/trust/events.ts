/** What the trust keeper tells the journal, as data, and how often it says the same thing. */

import type { ScopeState } from '../../pass/documents/trust-documents.ts'
import type { PassEnvironment } from '../../pass/keys.ts'
import type { AlarmCode } from '../contract/codes.ts'
import type { ClockState } from '../contract/events.ts'
import type { FreshnessStage, STAGE_CODE } from '../contract/freshness.ts'
import { ALARM_REPEAT_MS } from './limits.ts'
import type { Rollback } from './rollback.ts'

/** A source that lies. `what` names the document: `manifest`, `trust 7` or `time`. */
export interface TrustAlarm {
  readonly kind: 'alarm'
  readonly code: Extract<AlarmCode, 'TRUST_ROLLBACK' | 'TRUST_UNSIGNED' | 'TRUST_EQUIVOCATION'>
  readonly what: string
}

export type TrustEvent =
  | {
      readonly kind: 'stage'
      readonly stage: FreshnessStage
      /** Absent for the first stage after a start. */
      readonly from?: FreshnessStage
      /** The alarm or verdict that staff see, if any. */
      readonly code?: NonNullable<(typeof STAGE_CODE)[FreshnessStage]>
      /** Whole milliseconds; null without a manifest. */
      readonly manifestAgeMs: number | null
    }
  /** Another version of trust was taken over. */
  | {
      readonly kind: 'trust'
      readonly trustVersion: number
      readonly manifestVersion: number | null
    }
  | {
      readonly kind: 'clock'
      readonly code: 'CLOCK_STEPPED'
      readonly by: 'signed time' | 'technician' | 'floor' | 'unproven'
      /** Milliseconds added to the clock. */
      readonly offsetMs: number
      readonly state: ClockState
    }
  | TrustAlarm
  /** Whether trust is of another environment than the gate's. */
  | {
      readonly kind: 'environment'
      readonly on: boolean
      readonly ours: PassEnvironment
      /** Of the issuer keys in trust. */
      readonly theirs: PassEnvironment
    }
  /** Whether trust says what issuer keys are good for, and has one for an entry of the gate's own. */
  | {
      readonly kind: 'scope'
      readonly is: ScopeState
      readonly ours: PassEnvironment
      readonly trustVersion: number
    }
  /** Older trust than this gate acted on is believed (`closed`, `accepted`), or no longer. */
  | ({ readonly kind: 'rollback' } & Rollback)
  /** The cache on disk: read as damaged (and set aside), or not written. Trust goes on in memory. */
  | {
      readonly kind: 'cache'
      readonly code: 'TRUST_CACHE_DAMAGED' | 'TRUST_CACHE_UNWRITTEN'
      readonly detail: string
      /** Absent when there was nothing to set aside. */
      readonly setAside?: string | undefined
    }

/** The alarm of a document's fault. */
const ALARM_OF: ReadonlyMap<string, TrustAlarm['code']> = new Map([
  ['UNSIGNED', 'TRUST_UNSIGNED'],
  ['WRONG_NONCE', 'TRUST_UNSIGNED'],
  ['ROLLBACK', 'TRUST_ROLLBACK'],
  ['EQUIVOCATION', 'TRUST_EQUIVOCATION'],
])

/**
 * Turns faults into alarms. A source that lies does so at every poll; the same lie is told again
 * after an hour.
 */
export function alarmFilter(
  monotonicMs: () => number,
): (code: string, what: string) => TrustAlarm | undefined {
  const told = new Map<string, number>()
  return (code, what) => {
    const alarm = ALARM_OF.get(code)
    if (alarm === undefined) return undefined
    const name = `${alarm} ${what}`
    const now = monotonicMs()
    for (const [other, at] of told) if (now - at >= ALARM_REPEAT_MS) told.delete(other)
    if (told.has(name)) return undefined
    told.set(name, now)
    return { kind: 'alarm', code: alarm, what }
  }
}
