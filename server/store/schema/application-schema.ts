/** The tables of people on file, applications and challenges; conventions as in schema.ts. */
import type { Generated } from 'kysely'

export interface RegistryTable {
  /** HMAC-SHA-256 of type and number, as in `people`. */
  document_hash: Uint8Array
  /** AES-256-GCM of JSON { name }. */
  sealed: Uint8Array
  /** AES-256-GCM of the photo on file. */
  photo: Uint8Array
  added_at: number
}

/** `done`: it became a certificate. */
export type ApplicationState = 'open' | 'done'

export interface ApplicationsTable {
  id: string
  /** Thumbprint of the phone's request key. */
  device_key: string
  /** AES-256-GCM of JSON { name, documentType, documentNumber }. */
  sealed: Uint8Array
  state: ApplicationState
  /** Challenges asked for. */
  tries: number
  /** Face checks that were judged, or are being judged. */
  checked: Generated<number>
  consent_at: number
  /** 1 when a guardian consented too. */
  guardian_consent: number
  expires_at: number
  certificate: string | null
}

export interface ChallengesTable {
  id: string
  /** `application ID` or `certificate ID`. */
  subject: string
  device_key: string
  /** JSON { prompts, pictures }. */
  prompts: string
  expires_at: number
  used_at: number | null
}

/** A picture that a face check has seen. */
export interface SeenFramesTable {
  /** HMAC-SHA-256 of the person and the picture's bytes. */
  mac: string
  /** HMAC-SHA-256 of the person as typed. */
  subject: string
  /** Id of the challenge that it answered. */
  capture: string
  /**
   * At a capture's first picture AES-256-GCM of the sketches of all (face/print.ts) that were decoded
   * here; of rows of earlier versions, of this picture's own.
   */
  print: Uint8Array | null
  drop_at: number
}
