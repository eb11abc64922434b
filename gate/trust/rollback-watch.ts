/** Tells when older trust than before is believed, and when that is over. */
import type { Known } from '../store/high-water-marks.ts'
import type { TrustEvent } from './events.ts'
import { type Rollback, rollbackOf } from './rollback.ts'
import type { TrustState } from './state.ts'

export interface RollbackWatch {
  now(): Rollback
  /** To be called at a start, and with each new state. */
  check(): void
}

export interface RollbackWatchOptions {
  readonly known?: Known
  readonly acceptOlder?: string | undefined
  readonly onEvent: (event: TrustEvent) => void
}

export function createRollbackWatch(
  state: () => TrustState,
  { known = {}, acceptOlder, onEvent }: RollbackWatchOptions,
): RollbackWatch {
  let judged: TrustState | undefined
  let found: Rollback = { is: 'none', detail: '' }
  let told = ''

  function now(): Rollback {
    const current = state()
    if (current !== judged) found = rollbackOf(current, known, acceptOlder)
    judged = current
    return found
  }

  return {
    now,
    check() {
      const one = now()
      const what = one.is === 'none' ? '' : one.detail
      if (what === told) return
      told = what
      onEvent({ kind: 'rollback', ...one })
    },
  }
}
