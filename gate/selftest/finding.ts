/** What a self-test tells, as plain data, and what it is given. It prints nothing. */
import type { Timers } from '../../hardware/ports.ts'
import type { GateControl } from '../contract/control.ts'
import type { ReachService } from './service-path.ts'

/**
 * - `fail`: this part is broken, or about to be.
 * - `unsure`: it could not be told; `action` says what a person can look at.
 * - `skipped`: it was not tested; `what` says why.
 */
export type Result = 'pass' | 'fail' | 'unsure' | 'skipped'

export interface Finding {
  /** As `relay entry`, `beam A`, `A.scanner`, `disk`. */
  readonly part: string
  /** Undefined for a part of the whole gate. */
  readonly lane?: string
  readonly result: Result
  /** Of the tables of codes: `GateControl.explain` says more. */
  readonly code?: string
  /** What was seen, with its figures. */
  readonly what: string
  /** Where to look: a pin, a port, a device, an address. '' where nothing is wrong. */
  readonly where: string
  /** What to do. '' where nothing is wrong. */
  readonly action: string
}

/**
 * Somebody at the lane is asked for something. With `answer` it is a question: yes or no, once, within
 * the time. Without, it is done and seen by the gate itself.
 */
export interface Ask {
  readonly type: 'ask'
  readonly lane: string
  readonly part: string
  readonly question: string
  readonly withinMs: number
  readonly answer?: (yes: boolean) => void
}

export type SelfTestEvent = Ask | ({ readonly type: 'finding' } & Finding)

export interface SelfTestParts {
  readonly control: GateControl
  readonly timers: Timers
  /** The machine's clock, Unix milliseconds: the gate's own is compared with it. */
  readonly nowMs: () => number
  /** Looks how far the way to the service goes. */
  readonly reach: ReachService
  /** Who tests, 1–80 characters: it stands in the rows of what is done. */
  readonly by: string
  /**
   * `take`: each lane is put into maintenance for its test, and back. `leave`: what moves is tested
   * only where a lane is in maintenance already.
   */
  readonly maintenance: 'take' | 'leave'
  /** Whether somebody stands at the lanes to be asked. */
  readonly attended: boolean
  /** The board's pin of a contact, relay or lamp, where it is known. */
  readonly pinOf?: (lane: string, name: string) => number | undefined
  /** Ends the test at its next step; lanes are put back first. */
  readonly signal?: AbortSignal
}

/** What a lane's steps share. */
export interface LaneTest extends SelfTestParts {
  readonly lane: string
  readonly wait: (ms: number) => Promise<void>
  readonly stopped: () => boolean
}

export const passed = (part: string, what: string, lane?: string): Finding => ({
  ...{ part, result: 'pass', what, where: '', action: '' },
  ...(lane !== undefined && { lane }),
})

/** As an event. */
export const told = (finding: Finding): SelfTestEvent => ({ type: 'finding', ...finding })

/** What the table of codes says to do, or `otherwise`. */
export function actionOf(control: Pick<GateControl, 'explain'>, code: string): string {
  const meaning = control.explain(code)
  return meaning.ok ? meaning.action : ''
}
