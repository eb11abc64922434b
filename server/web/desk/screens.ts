/** What the desk's page has in hand once somebody is signed in: the views draw these, and nothing else. */
import type { DocumentType } from '../../domain/document-type.ts'
import type { Api, Approval, Ticket } from '../shared/api.d.ts'
import type { Loaded, StaffTrouble } from '../shared/staff/staff-screen.ts'

export type LookedUp = Api['POST /v1/people/lookup']['answer']
export type Trip = Api['GET /v1/trains']['answer']['trains'][number]
export type Station = Api['GET /v1/stations']['answer']['stations'][number]
export type Purpose = 'sale' | 'refund' | 'change'

/** Why something that was begun did not come about. */
export type Trouble =
  | StaffTrouble
  /** A presented code is not good here; a gate's code or one of the desk's own. */
  | { readonly kind: 'code'; readonly reason: string }

export interface Document {
  readonly documentType: DocumentType
  /** As typed or scanned; shown masked. */
  readonly documentNumber: string
}

/** What the audit has of this look at a person, as the page says it. */
export type Recorded = 'look' | 'check' | 'photo' | 'number' | 'appeal'

export interface Person {
  readonly document: Document
  /** By a presented code or an appeal; else the masked one of the look-up is all there is. */
  readonly name: string | undefined
  readonly looked: LookedUp
  /** Address of the picture. */
  readonly photo: Loaded<string>
  readonly tickets: Loaded<readonly Ticket[]>
  /** The whole number, once it was asked for. */
  readonly number: string | undefined
  readonly recorded: readonly Recorded[]
}

export type Found =
  | { readonly is: 'nobody' }
  | { readonly is: 'looking'; readonly by: 'number' | 'code' }
  | { readonly is: 'person'; readonly person: Person }
  /** Paper, which is good with its holder's name alone. */
  | { readonly is: 'name-wanted'; readonly code: string; readonly isWrong: boolean }
  | { readonly is: 'trouble'; readonly trouble: Trouble; readonly again: (() => void) | undefined }

export type PaperSize = 'a5' | 'receipt'

export interface Paper {
  readonly code: string
  readonly passExpiresAt: number
  readonly name: string
  readonly number: string
}

export interface Order {
  readonly train: string
  readonly from: string
  readonly to: string
  readonly day: string
}

/** What was begun for the person, in the place of the list of what can be. */
export type Act =
  | { readonly is: 'issue'; readonly trouble?: Trouble }
  | { readonly is: 'issued'; readonly code: string; readonly expiresAt: number }
  /** A second member of staff decides. */
  | { readonly is: 'asked'; readonly approval: string; readonly expiresAt: number }
  | { readonly is: 'paper'; readonly trouble?: Trouble }
  | { readonly is: 'printed'; readonly paper: Paper }
  | { readonly is: 'revoke'; readonly trouble?: Trouble }
  | { readonly is: 'revoked'; readonly areGatesTold: boolean }
  | { readonly is: 'unlock'; readonly trouble?: Trouble }
  | { readonly is: 'unlocked' }
  /** Which ticket is refunded or changed. */
  | { readonly is: 'pick'; readonly purpose: 'refund' | 'change' }
  | {
      readonly is: 'trip'
      readonly purpose: 'sale' | 'change'
      readonly ticket: Ticket | undefined
      readonly stations: Loaded<readonly Station[]>
      /** Undefined until they were asked for. */
      readonly trains: Loaded<readonly Trip[]> | undefined
    }
  /** The passenger shows the code. */
  | {
      readonly is: 'present'
      readonly purpose: Purpose
      readonly ticket: Ticket | undefined
      readonly order: Order | undefined
      /** Paper that waits for its holder's name. */
      readonly paper: string | undefined
      readonly trouble?: Trouble
    }
  | { readonly is: 'ticketed'; readonly purpose: Purpose; readonly ticket: Ticket }
  | { readonly is: 'decide'; readonly approval: Approval; readonly trouble?: Trouble }
  | {
      readonly is: 'decided'
      readonly approval: Approval
      readonly outcome: 'approved' | 'declined'
    }
  /** One's own: with the code, once it is approved. */
  | {
      readonly is: 'approval'
      readonly approval: Approval
      readonly code: string | undefined
      readonly expiresAt: number
    }
  | { readonly is: 'appeal'; readonly appeal: OpenAppeal; readonly trouble?: Trouble }
  | { readonly is: 'resolved'; readonly outcome: 'upheld' | 'rejected' }
  /** Nothing can be done before this is out of the way. */
  | { readonly is: 'trouble'; readonly trouble: Trouble }

/** An appeal that one has taken. */
export interface OpenAppeal {
  readonly id: string
  readonly text: string
  readonly contact: string | undefined
}
