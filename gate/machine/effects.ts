/** Effects that several states share, and the step that only adds some. Pure. */
import type { AnnulReason, GrantBody, GrantRef } from '../contract/events.ts'
import type { Effect, LaneState, MachineRelay, OutReason, Step } from './state.ts'

export const RELEASE_ALL: readonly Effect[] = [
  { type: 'release', relay: 'entry' },
  { type: 'release', relay: 'exit' },
]
export const OPEN_ALL: readonly Effect[] = [
  { type: 'energise', relay: 'entry' },
  { type: 'energise', relay: 'exit' },
  { type: 'sign', sign: 'open', code: 'FIRE' },
]
/** What a passage or a refusal waits for; the barrier's own deadlines go on. */
export const CANCEL_ALL: readonly Effect[] = (
  ['start', 'commit', 'wait', 'pulse', 'held', 'refuse', 'test'] as const
).map(name => ({
  type: 'cancel',
  name,
}))
/** The barrier's own, for a board that is gone. */
export const CANCEL_BARRIER: readonly Effect[] = (
  ['beams', 'closed', 'blocked', 'feedback'] as const
).map(name => ({ type: 'cancel', name }))

export function stay(lane: LaneState, ...effects: Effect[]): Step {
  return { lane, effects }
}

export function alarm(code: string, on: boolean, detail: string): Effect {
  return { type: 'record', kind: 'alarm', body: { code, on, detail: detail.slice(0, 400) } }
}

/** The row that ends a grant without a passage. `unknown`: nobody saw whether there was one. */
export function annulled(
  grant: GrantBody,
  ref: GrantRef,
  reason: AnnulReason,
  unknown = false,
): Extract<Effect, { type: 'record' }> {
  const cti = grant.cti === undefined ? {} : { cti: grant.cti }
  const told = unknown ? ({ unknown: true } as const) : {}
  return { type: 'record', kind: 'annulled', body: { grant: ref, reason, ...told, ...cti } }
}

/**
 * The end of an unfinished grant when something else takes the lane over. Who was in the barrier then
 * may have gone through.
 */
export function endGrant(lane: LaneState, reason: AnnulReason): Effect[] {
  const { state } = lane
  if (state.name !== 'Admitting' && state.name !== 'Passing') return []
  const { grant, ref } = state
  if (ref === undefined) return [{ type: 'withdraw', grant, reason }]
  return [annulled(grant, ref, reason, state.name === 'Passing')]
}

export function annulReasonOf(reason: OutReason): AnnulReason {
  return reason === 'SHUTDOWN' || reason === 'STOP' ? 'STOPPED' : 'BOARD_LOST'
}

/** What an out-of-service lane shows: its first reason. */
export function outSign(lane: LaneState): Effect {
  const reason = lane.out[0]
  const code = reason === undefined || reason === 'SHUTDOWN' ? 'LANE_CLOSED' : reason
  return { type: 'sign', sign: 'refuse', code }
}

/**
 * Nobody is kept inside by a disk, and staff are not kept waiting by it: an exit and a release may
 * open before their row is written.
 */
export function mayOpenUnwritten({ direction, code }: GrantBody): boolean {
  return direction === 'exit' || code === 'STAFF_RELEASE'
}

export function relayOf(grant: GrantBody): MachineRelay {
  return grant.direction
}
