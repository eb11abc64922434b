/** One kind of thing that retention deletes, and the counts of what went. */
import type { Cutoffs } from '../../domain/retention.ts'
import type { Tx } from '../schema/schema.ts'

/** Kind → how many went. */
export type Counts = Readonly<Record<string, number>>

export interface Sweep {
  readonly kind: string
  /**
   * Whether it is deleted by the clock's word alone: what nobody accepts any more after minutes or
   * hours. The rest goes only while something else says that the clock is right.
   */
  readonly brief: boolean
  /** Where rows, or what stands in them, may go. */
  readonly tables: readonly string[]
  /** Deletes up to `limit` rows. Gives what went; nothing when nothing is due. */
  remove(tx: Tx, at: Cutoffs, limit: number): Promise<Counts>
}
