/** What can be asked of a gate's config, and how it can end. */
import type { GoodConfig } from '../config-file.ts'
import type { Seen } from './revisions.ts'

/** Why a change was not made, and what to do about it. */
export const REFUSALS = {
  CONFIG_INVALID: 'the config is not valid: mend the keys named',
  FIXED_KEY: 'it names the gate itself: set up another data folder for another gate',
  NOTHING_TO_COMMIT: 'nothing differs from what runs',
  CANDIDATE_STALE: 'another revision runs since the candidate was begun: discard it and begin anew',
  ON_TRIAL: 'somebody at the gate tries a revision: the service’s is taken when that is over',
  NOT_ON_TRIAL: 'no revision waits for a confirmation',
  EMERGENCY: 'a lane is open for everyone: try again when that is over',
  OUT_OF_BOUNDS: 'who, why or the time to confirm is out of its bounds',
  NOT_WRITTEN: 'the disk did not take it: nothing has changed',
  REVERTED: 'it could not start: the revision before it runs again',
  STOPPED: 'the gate stops',
} as const
export type Refusal = keyof typeof REFUSALS

/** `problems`: one line each, naming its key where it has one. */
export type Outcome =
  | { readonly ok: true; readonly revision: number; readonly onTrial: boolean }
  | { readonly ok: false; readonly code: Refusal; readonly problems: readonly string[] }

export function refused(
  code: Refusal,
  problems: readonly string[] = [],
): Extract<Outcome, { ok: false }> {
  return { ok: false, code, problems }
}

export interface CommitRequest {
  /** Who asks, 1–80 characters. */
  readonly by: string
  /** Why, up to 400 characters. */
  readonly reason: string
  /** Goes back by itself unless confirmed in this time, 10 s to 1 h. */
  readonly confirmMs?: number
}

/** A whole config, from a door that has no candidate. */
export interface Offer extends CommitRequest {
  readonly checked: GoodConfig
  /** Remembered with it, whatever becomes of it. */
  readonly seen?: Partial<Seen>
  /** Confirms itself once its lanes are back in service and the service has answered. */
  readonly confirmsItself?: boolean
}
