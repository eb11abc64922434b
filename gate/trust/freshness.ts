/**
 * How fresh the gate's trust is, as stages and never as a cliff: a gate that hears nothing warns,
 * then flags, and only when its documents have run out sends people to the staffed lane. Pure.
 *
 * On purpose another way than TUF 1.0.34: what was accepted and has expired since (5.3.10, 5.4.4) ends
 * no update, since a gate without trust would let nobody out. The stages follow from its dates.
 */
import type { FreshnessStage } from '../contract/freshness.ts'

/** Whether the documents are still within the time that they were signed for. */
export function inForce(stage: FreshnessStage): boolean {
  return stage === 'FRESH' || stage === 'STALE' || stage === 'DEGRADED'
}

/** What the cache holds, in the documents' own unit: Unix seconds. */
export interface TrustTimes {
  readonly trustExp: number
  /** Absent until a manifest was accepted, or after its signing key left trust. */
  readonly manifest?: { readonly iat: number; readonly exp: number }
}

/** From the gate's config, milliseconds. */
export interface FreshnessBounds {
  /** Manifest ages at which a stage begins. */
  readonly staleAfterMs: number
  readonly degradedAfterMs: number
  /** How long each stage lasts once the documents have run out. */
  readonly overdueMs: number
  readonly staffMs: number
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
  const overAtMs = Math.min(manifest.exp, times.trustExp) * 1000
  if (nowMs >= overAtMs) return { manifestAgeMs, ...stageAfter(nowMs - overAtMs, bounds) }

  const [stage, boundMs]: [FreshnessStage, number] =
    manifestAgeMs >= bounds.degradedAfterMs
      ? ['DEGRADED', Infinity]
      : manifestAgeMs >= bounds.staleAfterMs
        ? ['STALE', bounds.degradedAfterMs]
        : ['FRESH', Math.min(bounds.staleAfterMs, bounds.degradedAfterMs)]
  const nextInMs = Math.min(manifest.iat * 1000 + boundMs, overAtMs) - nowMs
  return { stage, manifestAgeMs, nextInMs }
}

/** The way down once the documents ran out `overMs` ago. */
function stageAfter(
  overMs: number,
  { overdueMs, staffMs }: FreshnessBounds,
): Pick<Freshness, 'stage' | 'nextInMs'> {
  if (overMs < overdueMs) return { stage: 'OVERDUE', nextInMs: overdueMs - overMs }
  const closesMs = overdueMs + staffMs
  if (overMs < closesMs) return { stage: 'STAFF', nextInMs: closesMs - overMs }
  return { stage: 'CLOSED', nextInMs: Infinity }
}
