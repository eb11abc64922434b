/** A failing plan made smaller: shorter, with fewer faults and people, as long as it still fails. */
import type { Fault } from './fault-kind.ts'
import type { Plan } from './run.ts'

export interface ShrinkParts {
  /** Whether the same invariant is still broken. */
  readonly fails: (plan: Plan) => Promise<boolean>
  /** Plans that are tried at most. */
  readonly triesMax: number
  /** Tries no more. */
  readonly isStopped?: () => boolean
  readonly onTry?: (plan: Plan, tries: number) => void
}

const MINUTE_MS = 60_000

/** By halves, then quarters, down to single ones (Zeller's ddmin, without its complements). */
export async function shrink(plan: Plan, parts: ShrinkParts): Promise<Plan> {
  let tries = 0
  let best = plan

  async function holds(next: Plan): Promise<boolean> {
    if (tries >= parts.triesMax || parts.isStopped?.()) return false
    tries += 1
    parts.onTry?.(next, tries)
    if (!(await parts.fails(next))) return false
    best = next
    return true
  }

  async function without<T>(all: () => readonly T[], make: (left: readonly T[]) => Plan) {
    for (
      let size = Math.ceil(all().length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let from = 0; from < all().length; ) {
        const left = [...all().slice(0, from), ...all().slice(from + size)]
        // What was left out is gone: the next ones stand in its place.
        if (!(await holds(make(left)))) from += size
      }
    }
  }

  async function withoutEnd(): Promise<void> {
    for (let cutMs = best.spanMs; cutMs >= MINUTE_MS; ) {
      const spanMs = best.spanMs - cutMs
      const faults = best.faults.filter(({ atMs }) => atMs < spanMs)
      const holdsStill = spanMs > 0 && (await holds({ ...best, spanMs, faults }))
      if (!holdsStill) cutMs = Math.floor(cutMs / 2 / MINUTE_MS) * MINUTE_MS
    }
  }

  await withoutEnd()
  await without<Fault>(
    () => best.faults,
    faults => ({ ...best, faults }),
  )
  await without<number>(
    () => best.people,
    people => ({ ...best, people }),
  )
  return best
}
