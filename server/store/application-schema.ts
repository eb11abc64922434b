/** The tables of people on file, applications and challenges; conventions as in schema.ts. */

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
  /** Face checks begun. */
  tries: number
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
  /** JSON. */
  prompts: string
  expires_at: number
  used_at: number | null
}
