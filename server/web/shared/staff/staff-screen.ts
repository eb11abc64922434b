/** What pages of staff have in common: who is signed in, the way there, and why something did not come about. */
import type { Api } from '../api.d.ts'
import type { Refusal } from '../service-client.ts'

export type Me = Api['GET /v1/staff/me']['answer']
export type Permission = Me['permissions'][number]
export type SignInWays = Api['GET /v1/staff/sign-in-ways']['answer']

/** Why something that was begun did not come about. */
export type StaffTrouble =
  | { readonly kind: 'refused'; readonly problem: Refusal }
  /** There is no network: nothing was sent. */
  | { readonly kind: 'offline' }
  /** What was asked for did not come; nothing was changed by it. */
  | { readonly kind: 'unreachable' }
  /** The answer got lost: it may have been done. */
  | { readonly kind: 'unsure' }

/** Why the sign-in is shown, where it is not the first time. */
export type SignInWhy = 'expired' | 'signed-out' | 'oidc'

export type SignInStep = 'password' | 'code' | 'backup'

export type EnrolStep =
  | { readonly at: 'password' }
  | { readonly at: 'scan'; readonly uri: string; readonly backupCodes: readonly string[] }

export type StaffScreen =
  | { readonly at: 'loading' }
  | { readonly at: 'unreachable' }
  | {
      readonly at: 'sign-in'
      readonly step: SignInStep
      readonly ways: SignInWays
      readonly why?: SignInWhy
      readonly trouble?: StaffTrouble
    }
  /** The role needs a second factor, and there is none yet. */
  | { readonly at: 'enrol'; readonly step: EnrolStep; readonly trouble?: StaffTrouble }
  /** Signed in by somebody who has nothing to do on this page. */
  | { readonly at: 'no-role'; readonly me: Me }
  /** Signed in: the page itself. */
  | { readonly at: 'in'; readonly me: Me }
  | { readonly at: 'fault' }

/** What is asked for beside the screen, each by itself. */
export type Loaded<T> =
  | { readonly is: 'loading' }
  | { readonly is: 'here'; readonly value: T }
  /** There is none. */
  | { readonly is: 'none' }
  /** The role may not see it. */
  | { readonly is: 'forbidden' }
  | { readonly is: 'away'; readonly trouble: StaffTrouble }
