/** Each state that the passenger's page can be in: the views draw one of these, and nothing else. */
import type { DocumentType } from '../../domain/document-type.ts'
import type { Api } from '../shared/api.d.ts'
import type { Refusal } from '../shared/service-client.ts'
import type { CameraFault, OpenCamera } from './camera.ts'
import type { KeptApplication, KeptCertificate } from './kept.ts'

export type Prompt = Api['POST /v1/applications/{id}/challenge']['answer']['prompts'][number]

/** What the person typed. It is kept in memory alone, until there is a certificate. */
export interface Draft {
  readonly name: string
  readonly documentType: DocumentType
  readonly documentNumber: string
  readonly city: string
}

/** What a face check is for. */
export type FaceOf =
  | { readonly kind: 'application'; readonly application: KeptApplication }
  | { readonly kind: 'certificate'; readonly certificate: KeptCertificate }

export type FaceStep =
  | { readonly kind: 'opening' }
  | { readonly kind: 'challenge'; readonly camera: OpenCamera }
  | {
      readonly kind: 'prompt'
      readonly camera: OpenCamera
      readonly prompt: Prompt
      /** From 0. */
      readonly at: number
      readonly of: number
    }
  | { readonly kind: 'sending' }

/** Why the page can do nothing. */
export type Trouble = 'STORAGE_BLOCKED' | 'STORAGE_FULL' | 'SECOND_TAB' | 'NO_CRYPTO' | 'FAULT'

/** Why a certificate is over. */
export type Ended = 'expired' | 'cancelled' | 'replaced' | 'revoked' | 'unknown'

/** What becomes of the code. */
export type CodeState =
  /** It is shown, and made anew. */
  | 'live'
  /** The page was away for long: it is shown when asked for. */
  | 'covered'
  /** The pass has ended: the face comes first. */
  | 'face-due'
  /** The pass has ended and there is no network. */
  | 'exit-offered'
  /** Shown after its pass has ended: exits let people out by it. */
  | 'exit-only'

export type Screen =
  | { readonly at: 'loading' }
  | { readonly at: 'trouble'; readonly trouble: Trouble }
  | { readonly at: 'welcome' }
  | { readonly at: 'form'; readonly refusal?: Refusal }
  | { readonly at: 'consent'; readonly isMinor: boolean }
  /** A code from the window is typed; `refusal`: of the last one. */
  | { readonly at: 'claim'; readonly refusal?: Refusal }
  /** The application is open, and the face check can begin. */
  | { readonly at: 'ready'; readonly of: FaceOf }
  | { readonly at: 'face'; readonly of: FaceOf; readonly step: FaceStep }
  | { readonly at: 'no-camera'; readonly of: FaceOf; readonly fault: CameraFault }
  | { readonly at: 'refused'; readonly problem: Refusal; readonly of: FaceOf | undefined }
  /** No answer came; `again` is what was asked for. */
  | { readonly at: 'unreachable'; readonly again: () => void }
  | { readonly at: 'appeal'; readonly application: KeptApplication; readonly refusal?: Refusal }
  | { readonly at: 'appealed' }
  | { readonly at: 'certificate'; readonly certificate: KeptCertificate }
  | { readonly at: 'cancel'; readonly certificate: KeptCertificate }
  | { readonly at: 'ended'; readonly why: Ended }
