/** Ends the program for a technician, as a signal does: in an orderly way, with the row of who and why. */
import type { Timers } from '../../hardware/ports.ts'
import type { GateControl } from '../contract/control.ts'
import type { CommandBody, EventKind } from '../contract/events.ts'
import { COMMIT_WAIT_MS } from '../limits.ts'
import { inTime } from '../timing/deadline.ts'
import {
  askerFault,
  doneUnless,
  isOpenForAll,
  type LaneInState,
  refuse,
} from './control-answers.ts'

/** False: it ends already. */
export type EndProgram = (how: 'restart' | 'shutdown') => boolean

export interface EndParts {
  /** Undefined where the gate is part of another program. */
  readonly endProgram: EndProgram | undefined
  readonly gate: () => EndingGate | undefined
  readonly timers: Timers
}

/** As far as it counts here. */
export interface EndingGate {
  readonly lanes: readonly LaneInState[]
  record(kind: EventKind, body: object): Promise<void>
}

export function createEnd({ endProgram, gate, timers }: EndParts): GateControl['end'] {
  return async (how, asker) => {
    const fault = askerFault(asker)
    if (fault !== undefined) return fault
    if (endProgram === undefined) return refuse('NO_PROGRAM')
    const running = gate()
    if (running !== undefined && isOpenForAll(running.lanes)) return refuse('EMERGENCY')
    const body: CommandBody = { about: how, ...asker, detail: '' }
    // A disk that takes no row may be why somebody ends it; the log has the row, too.
    if (running !== undefined) {
      await inTime(timers, COMMIT_WAIT_MS, running.record('command', body)).catch(() => {})
    }
    return doneUnless(endProgram(how) ? undefined : 'STOPPED')
  }
}
