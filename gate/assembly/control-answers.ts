/** How GateControl answers, and what it asks of who asks. */
import type { Answer, Asker, Refused } from '../contract/control.ts'
import type { ControlRefusal } from '../contract/control-codes.ts'
import { CONFIG_BY_CHARS_MAX, CONFIG_REASON_CHARS_MAX } from '../contract/events.ts'

export function refuse(code: ControlRefusal, ...problems: string[]): Refused {
  return { ok: false, code, problems }
}

/** Undefined: they may ask. */
export function askerFault({ by, reason }: Asker): Refused | undefined {
  return byFault(by) ?? (reason.length > CONFIG_REASON_CHARS_MAX ? tooLong() : undefined)
}

export function byFault(by: string): Refused | undefined {
  if (by.trim().length > 0 && by.length <= CONFIG_BY_CHARS_MAX) return undefined
  return refuse('OUT_OF_RANGE', `by: who asks, 1 to ${CONFIG_BY_CHARS_MAX} characters`)
}

function tooLong(): Refused {
  return refuse('OUT_OF_RANGE', `reason: at most ${CONFIG_REASON_CHARS_MAX} characters`)
}

/** Done, unless a code says why not. */
export function doneUnless(code: ControlRefusal | undefined): Answer {
  return code === undefined ? { ok: true } : refuse(code)
}

/** A lane, as far as its state goes. */
export interface LaneInState {
  view(): { readonly state: { readonly name: string } }
}

/** By a fire or by command, one of them lets everyone through: no time for a gate to end. */
export function isOpenForAll(lanes: readonly LaneInState[]): boolean {
  return lanes.some(({ view }) => view().state.name === 'Emergency')
}
