/** What can be asked of a gate's config, and how it can end. */
import type { ConfigRefusal } from '../contract/control-codes.ts'
import type { GoodConfig } from './config-file.ts'
import type { Seen } from './revisions.ts'

/** `problems`: one line each, naming its line and its key where it has them. */
export type Outcome =
  | { readonly ok: true; readonly revision: number; readonly onTrial: boolean }
  | { readonly ok: false; readonly code: ConfigRefusal; readonly problems: readonly string[] }

export function refused(
  code: ConfigRefusal,
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
