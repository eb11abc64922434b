/**
 * How fresh the gate's trust is, as stages and never as a cliff: a gate that hears nothing warns,
 * then flags, and only when its documents have run out sends people to the staffed lane. Pure.
 */

/**
 * - `FRESH`: normal.
 * - `STALE`: normal, with a warning on console and metrics.
 * - `DEGRADED`: admits, every event flagged, amber lamp.
 * - `CLOSED`: entry denies with `TRUST_STALE`; exit denies only for a bad signature, no proof or
 *   a known revocation.
 */
export type FreshnessStage = 'FRESH' | 'STALE' | 'DEGRADED' | 'CLOSED'

/** What the cache holds, in the documents' own unit: Unix seconds. */
export interface TrustTimes {
  readonly trustExp: number
  /** Absent until a manifest was accepted, or after its signing key left trust. */
  readonly manifest?: { readonly iat: number; readonly exp: number }
}

/** Manifest ages at which a stage begins, milliseconds. From the gate's config. */
export interface FreshnessBounds {
  readonly staleAfterMs: number
  readonly degradedAfterMs: number
}

export interface Freshness {
  readonly stage: FreshnessStage
  /** Milliseconds since the manifest was signed, never negative; Infinity without a manifest. */
  readonly manifestAgeMs: number
  /** Milliseconds until time alone changes the stage; Infinity when it is `CLOSED`. */
  readonly nextInMs: number
}

/** The stage at `nowMs` (Unix milliseconds). Every bound belongs to the worse stage. */
export function freshnessOf(times: TrustTimes, bounds: FreshnessBounds, nowMs: number): Freshness {
  const { manifest } = times
  if (manifest === undefined) {
    return { stage: 'CLOSED', manifestAgeMs: Infinity, nextInMs: Infinity }
  }
  const manifestAgeMs = Math.max(0, nowMs - manifest.iat * 1000)
  const closedAtMs = Math.min(manifest.exp, times.trustExp) * 1000
  if (nowMs >= closedAtMs) return { stage: 'CLOSED', manifestAgeMs, nextInMs: Infinity }

  const [stage, boundMs]: [FreshnessStage, number] =
    manifestAgeMs >= bounds.degradedAfterMs
      ? ['DEGRADED', Infinity]
      : manifestAgeMs >= bounds.staleAfterMs
        ? ['STALE', bounds.degradedAfterMs]
        : ['FRESH', Math.min(bounds.staleAfterMs, bounds.degradedAfterMs)]
  const nextInMs = Math.min(manifest.iat * 1000 + boundMs, closedAtMs) - nowMs
  return { stage, manifestAgeMs, nextInMs }
}
