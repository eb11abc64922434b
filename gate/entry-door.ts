/** Why no lane of this gate would admit an entry now, whoever comes: what each of them shows at rest. */
import type { DenyCode } from './contract/codes.ts'
import type { Lane } from './lane.ts'

/** What may be at fault: trust that is older than what was acted on, or the disk. The first of these is shown. */
const CAUSES = ['rollback', 'disk'] as const
export type EntryCause = (typeof CAUSES)[number]

export interface EntryDoor {
  /** `why` undefined: by this entries are served. */
  shut(cause: EntryCause, why: DenyCode | undefined): void
  /** Shows it on these from now on. */
  follow(lanes: readonly Pick<Lane, 'shutEntry'>[]): void
}

export function createEntryDoor(): EntryDoor {
  const causes = new Map<EntryCause, DenyCode>()
  let lanes: readonly Pick<Lane, 'shutEntry'>[] = []

  function show(): void {
    const first = CAUSES.find(cause => causes.has(cause))
    const why = first && causes.get(first)
    for (const lane of lanes) lane.shutEntry(why)
  }

  return {
    shut(cause, why) {
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
