/** Why no lane of this gate would admit an entry now, whoever comes: what each of them shows at rest. */
import type { DenyCode } from '../contract/codes.ts'

/** What may be at fault: trust that is older than what was acted on, or the disk. The first of these is shown. */
const CAUSES = ['rollback', 'disk'] as const
export type EntryStopCause = (typeof CAUSES)[number]

/** A lane, as far as its entry goes. */
export interface EntryLane {
  shutEntry(why: DenyCode | undefined): void
}

export interface EntryStops {
  /** `why` undefined: by this entries are served. */
  stop(cause: EntryStopCause, why: DenyCode | undefined): void
  /** Shows it on these from now on. */
  follow(lanes: readonly EntryLane[]): void
}

export function createEntryStops(): EntryStops {
  const causes = new Map<EntryStopCause, DenyCode>()
  let lanes: readonly EntryLane[] = []

  function show(): void {
    const first = CAUSES.find(cause => causes.has(cause))
    const why = first && causes.get(first)
    for (const lane of lanes) lane.shutEntry(why)
  }

  return {
    stop(cause, why) {
      if (why === undefined) causes.delete(cause)
      else causes.set(cause, why)
      show()
    },
    follow(next) {
      lanes = next
      show()
    },
  }
}
