/**
 * The life of a certificate: 24 hours from issue, passes of at most 30 minutes, early reissue in the
 * last three hours, three electronic ones a person and calendar month of Asia/Shanghai.
 * Pure functions of state and time; all times Unix milliseconds unless named otherwise.
 */
export const CERTIFICATE_MS = 24 * 3600_000
export const EARLY_REISSUE_MS = 3 * 3600_000
export const PASS_LIFE_S = 30 * 60
export const PAPER_LIFE_S = 24 * 3600
export const QUOTA_PER_MONTH = 3

/** China has had no summer time since 1991. */
export const SHANGHAI_OFFSET_MS = 8 * 3600_000

/** Why a certificate ended before its time. */
export type EndReason = 'revoked' | 'replaced' | 'cancelled'
export type CertificateState = 'active' | 'expired' | EndReason

export interface CertificateLife {
  readonly validFrom: number
  readonly validUntil: number
  readonly endedAt: number | null
  readonly endReason: EndReason | null
}

/** From and until of a certificate issued now. Whole seconds, since passes count in seconds. */
export function lifeFrom(now: number): { validFrom: number; validUntil: number } {
  const validFrom = Math.floor(now / 1000) * 1000
  return { validFrom, validUntil: validFrom + CERTIFICATE_MS }
}

export function stateOf(life: CertificateLife, now: number): CertificateState {
  if (life.endedAt !== null && life.endReason !== null) return life.endReason
  return now < life.validUntil ? 'active' : 'expired'
}

/** In the last three hours a person may apply anew; before that the running one only moves. */
export function mayReissue(life: CertificateLife, now: number): boolean {
  return stateOf(life, now) !== 'active' || now >= life.validUntil - EARLY_REISSUE_MS
}

/** What an application comes to, by the certificate that the person has. */
export type ApplicationMeans = 'first' | 'move' | 'reissue'

/**
 * `move`: it goes to the phone that applied, with the same end, and the quota is not touched.
 * `reissue`: it ends, and a new one begins.
 */
export function applicationMeans(
  running: CertificateLife | undefined,
  now: number,
): ApplicationMeans {
  if (running === undefined || stateOf(running, now) !== 'active') return 'first'
  return mayReissue(running, now) ? 'reissue' : 'move'
}

/** `iat` and `exp` of a pass signed now, Unix seconds; never past the certificate's end. */
export function passWindow(
  life: CertificateLife,
  now: number,
  lifeS: number = PASS_LIFE_S,
): { iat: number; exp: number } {
  const iat = Math.floor(now / 1000)
  return { iat, exp: Math.min(iat + lifeS, Math.floor(life.validUntil / 1000)) }
}

/** The calendar month in Shanghai, `YYYY-MM`. */
export function shanghaiMonth(at: number): string {
  return new Date(at + SHANGHAI_OFFSET_MS).toISOString().slice(0, 7)
}
