/**
 * What gates of one station tell each other: a code was used, a certificate went in or out, an
 * emergency emptied the station. A fact is true for ever and the newest wins, so that one heard
 * twice, late, or out of order harms nothing.
 */
import { z } from 'zod'

/** A gate's, lane's or area's name. */
export const nameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/)
const cti = z.string().regex(/^[0-9a-f]{32}$/)
const direction = z.enum(['entry', 'exit'])
/** Unix milliseconds by the clock of the gate where it happened. */
const at = z.int().min(0)

/** What is later in this list has come later, where the times are the same. */
const OUTCOMES = ['reserved', 'interrupted', 'annulled', 'passed'] as const

/** One presentation of a certificate, and what became of it. */
export const useSchema = z.strictObject({
  kind: z.literal('use'),
  gate: nameSchema,
  lane: nameSchema,
  cti,
  /** Unix seconds; paper has its `iat`, negative at exit. */
  presentedAt: z.int(),
  /** Present while it is `reserved`. */
  area: nameSchema.optional(),
  direction,
  outcome: z.enum(OUTCOMES),
  at,
  /** How often it was granted. */
  grants: z.int().min(1).max(1000),
})

/** A certificate went into an area, or out of it. */
export const visitSchema = z.strictObject({
  kind: z.literal('visit'),
  gate: nameSchema,
  area: nameSchema,
  cti,
  inside: z.boolean(),
  /** With `inside`: it may have left, and nobody saw it. */
  unsure: z.literal(true).optional(),
  at,
})

/** A fire or an emergency release of a lane began or ended: what was known of its area is void. */
export const pardonSchema = z.strictObject({
  kind: z.literal('pardon'),
  gate: nameSchema,
  /** Absent where nobody knows: every area. */
  area: nameSchema.optional(),
  at,
})

export const factSchema = z.discriminatedUnion('kind', [useSchema, visitSchema, pardonSchema])

export type Use = z.infer<typeof useSchema>
export type Visit = z.infer<typeof visitSchema>
export type Pardon = z.infer<typeof pardonSchema>
export type Fact = Use | Visit | Pardon

/** Whether `next` takes the place of `old`: a passage is never undone, else the newer one wins. */
export function beatsUse(next: Use, old: Use): boolean {
  const passed = Number(next.outcome === 'passed') - Number(old.outcome === 'passed')
  return (
    (passed ||
      next.at - old.at ||
      next.grants - old.grants ||
      OUTCOMES.indexOf(next.outcome) - OUTCOMES.indexOf(old.outcome) ||
      compare(next.gate, old.gate) ||
      compare(next.lane, old.lane)) > 0
  )
}

/** The newer one wins; at one moment, who is inside, and who is so for sure. */
export function beatsVisit(next: Visit, old: Visit): boolean {
  return (next.at - old.at || whereOf(next) - whereOf(old)) > 0
}

function whereOf({ inside, unsure }: Visit): number {
  return inside ? (unsure === true ? 1 : 2) : 0
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
