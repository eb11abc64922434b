/**
 * Whether gates have shown this database to be an old copy: then nothing is published or issued any
 * more, on any replica, until `restored` was run.
 */
import { Problem, StartError } from '../errors.ts'
import type { Log } from '../ops/log.ts'
import { gatesAhead } from '../store/gates/gates-ahead.ts'
import type { Database } from '../store/schema/schema.ts'
import { HOW_TO_GO_ON } from './high-water.ts'

export interface OldCopy {
  /** Looks into the database; gives whether it is one. */
  look(): Promise<boolean>
  /** Throws Problem `DATABASE_OLD`. */
  demandNot(): void
}

export function createOldCopy(db: Database, log: Log): OldCopy {
  let gates: readonly string[] = []
  return {
    async look() {
      const before = gates.length
      gates = await gatesAhead(db)
      if (gates.length > 0 && before === 0) {
        log.error(
          { code: 'DATABASE_OLD', gates },
          `stopped publishing and issuing. ${HOW_TO_GO_ON}`,
        )
      }
      return gates.length > 0
    },
    demandNot() {
      if (gates.length > 0) throw new Problem('DATABASE_OLD')
    },
  }
}

/** Throws StartError `WENT_BACK`: a start doesn't make an old copy younger. */
export async function demandNoGatesAhead(db: Database): Promise<void> {
  const gates = await gatesAhead(db)
  if (gates.length === 0) return
  throw new StartError(
    'WENT_BACK',
    `this database is older than what gates hold: ${gates.join(', ')} told of manifests that it ` +
      `never published. ${HOW_TO_GO_ON}`,
  )
}
