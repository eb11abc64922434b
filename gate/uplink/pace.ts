/**
 * How many rows a batch has. A batch that the service refuses is halved, down to one row, and grows
 * again past the rows that were refused.
 *
 * A row that is refused alone may not be at fault: a proxy may refuse everything today. So the last
 * row that the service accepted is sent once more. Only if that one is accepted, and the other is
 * refused again, the other is tried without its body, and then given up.
 */
import { UPLOAD_ROWS_MAX } from '../contract/chain.ts'
import type { Upload } from '../contract/events.ts'
import type { Ask } from '../store/outbox.ts'

type Step = 'batch' | 'witness' | 'again' | 'bare'

export interface Pace {
  /** What the next request is to carry. */
  ask(): Ask
  /** There is no row that the service is known to take: goes on without one. */
  noWitness(): void
  /**
   * The service took these rows. `bare`: the row whose body is refused; `witness`: it only took
   * again what it had.
   */
  stored(sent: Upload): { readonly bare: number | undefined; readonly witness: boolean }
  /** The service can't take these rows. `whole`: the row that is given up. */
  refused(sent: Upload): { readonly whole: number | undefined }
  /** Something else was answered: what is known of a row alone is void. */
  other(): void
}

export function createPace(): Pace {
  let size = UPLOAD_ROWS_MAX
  /** The last row of the smallest batch that was refused. */
  let narrowTo: { readonly epoch: string; readonly seq: number } | undefined
  let step: Step = 'batch'

  function grow({ epoch, rows }: Upload): void {
    const last = rows.at(-1)?.seq ?? 0
    if (narrowTo !== undefined && narrowTo.epoch === epoch && last < narrowTo.seq) return
    size = Math.min(UPLOAD_ROWS_MAX, size * 2)
  }

  return {
    ask() {
      switch (step) {
        case 'batch':
          return { rowsMax: size }
        case 'witness':
          return { part: 'stored' }
        case 'again':
          return { rowsMax: 1 }
        case 'bare':
          return { part: 'bare' }
        default:
          return step satisfies never
      }
    },
    noWitness() {
      step = 'again'
    },
    stored(sent) {
      const was = step
      step = was === 'witness' ? 'again' : 'batch'
      if (was !== 'witness') grow(sent)
      return { bare: was === 'bare' ? sent.rows[0]?.seq : undefined, witness: was === 'witness' }
    },
    refused({ epoch, rows }) {
      const row = rows[0]
      const givenUp = step === 'bare' || (step === 'again' && row?.body === null)
      if (step === 'batch') {
        size = Math.max(1, Math.floor(rows.length / 2))
        narrowTo = { epoch, seq: rows.at(-1)?.seq ?? 0 }
        if (rows.length === 1) step = 'witness'
      } else step = step === 'again' && !givenUp ? 'bare' : 'batch'
      return { whole: givenUp ? row?.seq : undefined }
    },
    other() {
      step = 'batch'
    },
  }
}
