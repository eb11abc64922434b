/** Issuer keys as the trust document lists them: who may sign which class of pass, and when. */

import type { CoseKey, SignatureAlgorithm } from './crypto.ts'
import type { Purpose } from './purpose.ts'

/**
 * `phone`: bound to the holder's key, at most 30 minutes. `paper`: printed at the window, no
 * holder's key, at most 24 hours. The class belongs to the issuer's key, never to the pass.
 */
export type PassClass = 'phone' | 'paper'

/** Passes of one environment mean nothing in the other. */
export type PassEnvironment = 'production' | 'test'

/** A key that signs passes with `from ≤ iat < to` (Unix seconds). */
export interface IssuerKey {
  /** First 4 bytes of the COSE key thumbprint; several keys may share it. */
  readonly kid: Uint8Array
  readonly alg: SignatureAlgorithm
  readonly key: CoseKey
  readonly passClass: PassClass
  readonly environment: PassEnvironment
  /** What its passes are good for. */
  readonly purposes: readonly Purpose[]
  readonly from: number
  readonly to: number
}
