/**
 * What ends a trial: its deadline takes the revision back; a revision that may confirm itself is
 * looked at until the gate is well.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import { WELL_LOOK_MS } from './limits.ts'

export interface TrialWatch {
  /** Begins to watch. `well`: asked again and again; once it says yes, `onWell` is called. */
  begin(watched: {
    readonly confirmMs: number
    readonly onLate: () => void
    /** While it says yes the deadline waits: an emergency is not the time to restart. */
    readonly hold: () => boolean
    readonly well?: () => boolean
    readonly onWell?: () => void
  }): void
  end(): void
}

export function createTrialWatch(timers: Timers): TrialWatch {
  let cancels: Unsubscribe[] = []

  function end(): void {
    for (const cancel of cancels) cancel()
    cancels = []
  }

  return {
    begin({ confirmMs, onLate, hold, well, onWell }) {
      end()
      const late = () => {
        if (hold()) {
          cancels[0] = timers.after(WELL_LOOK_MS, late)
          return
        }
        end()
        onLate()
      }
      const look = () => {
        if (well?.() === true) return onWell?.()
        cancels[1] = timers.after(WELL_LOOK_MS, look)
      }
      cancels = [timers.after(confirmMs, late)]
      if (well !== undefined) cancels[1] = timers.after(WELL_LOOK_MS, look)
    },
    end,
  }
}
