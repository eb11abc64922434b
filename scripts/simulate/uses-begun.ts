/**
 * Uses of codes that gates have counted, whether or not their rows were ever written: siblings are told
 * at once, and power or disk may end what was to follow.
 */
import type { CodeUse } from '../../fixtures/stage/gate-lives.ts'
import { RESERVATION_MS } from '../../gate/limits.ts'

export interface UseBegun {
  readonly lane: string
  /** From the start, milliseconds. */
  readonly atMs: number
}

export interface UsesBegun {
  begins(lane: string, use: CodeUse, atMs: number): void
  /**
   * Of this certificate, or of one code of it: those of which a sibling may still believe at `atMs`
   * that they are under way.
   */
  of(cti: string, presentedAt: number | undefined, atMs: number): readonly UseBegun[]
}

export function createUsesBegun(): UsesBegun {
  const begun = new Map<string, (UseBegun & { readonly presentedAt: number | undefined })[]>()
  const believed = (cti: string, atMs: number) =>
    (begun.get(cti) ?? []).filter(use => atMs - use.atMs <= RESERVATION_MS)

  return {
    begins(lane, { cti, presentedAt }, atMs) {
      if (cti !== undefined) begun.set(cti, [...believed(cti, atMs), { lane, presentedAt, atMs }])
    },
    of: (cti, presentedAt, atMs) =>
      believed(cti, atMs).filter(
        use => presentedAt === undefined || use.presentedAt === presentedAt,
      ),
  }
}
