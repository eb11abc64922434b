/**
 * Between a lane's order to its barrier and what may move: a flap's relay is released only when the
 * way is clear, whatever the lane's state and whatever asked for it. An obstacle met while closing
 * opens it again, and closing is tried anew. The relay's feedback contact is compared with the order.
 * Pure.
 */

import { isClear } from './beam-tracker.ts'
import { alarm, stay } from './effects.ts'
import { toRest } from './rest.ts'
import { found, lost } from './service.ts'
import type {
  BarrierState,
  Effect,
  LaneState,
  MachineRelay,
  MachineSettings,
  Step,
} from './state.ts'

/** How long a relay's contact may take to follow, milliseconds. */
export const FEEDBACK_MS = 1000

/** Lets through of a step's effects what may move now, and remembers the rest. */
export function guard(step: Step, before: LaneState, settings: MachineSettings): Step {
  let lane = step.lane
  const effects: Effect[] = []
  for (const effect of step.effects) {
    if (effect.type === 'energise') {
      if (!settings.relays.includes(effect.relay)) continue
      lane = { ...lane, barrier: energised(lane.barrier, effect.relay) }
      if (before.barrier.closing) effects.push({ type: 'cancel', name: 'closed' })
      effects.push(effect)
    } else if (effect.type === 'release' && lane.barrier.energised.includes(effect.relay)) {
      if (settings.profile === 'flap')
        lane = { ...lane, barrier: wants(lane.barrier, effect.relay) }
      else {
        lane = { ...lane, barrier: without(lane.barrier, effect.relay) }
        effects.push(effect)
      }
    } else effects.push(effect)
  }
  const closed = close(lane, settings)
  lane = closed.lane
  effects.push(...closed.effects)
  if (settings.feedback && lane.barrier.energised.length !== before.barrier.energised.length) {
    effects.push({ type: 'deadline', name: 'feedback', afterMs: FEEDBACK_MS })
  }
  return { lane, effects: [...effects, ...waits(lane, before, settings)] }
}

/** What waits for a clear way is released once it is clear. */
function close(lane: LaneState, settings: MachineSettings): Step {
  const { barrier } = lane
  if (barrier.due.length === 0 || !isClear(lane.track, settings)) return stay(lane)
  const left = barrier.energised.filter(relay => !barrier.due.includes(relay))
  const closing = left.length === 0
  return {
    lane: { ...lane, barrier: { ...barrier, energised: left, due: [], closing } },
    effects: [
      ...barrier.due.map(relay => ({ type: 'release', relay }) as const),
      ...(closing
        ? [{ type: 'deadline', name: 'closed', afterMs: settings.closeMs } as const]
        : []),
    ],
  }
}

/** Staff are told of what stands in the barrier for as long as no passage may last. */
function waits(lane: LaneState, before: LaneState, settings: MachineSettings): Effect[] {
  const now = lane.barrier.due.length > 0
  const then = before.barrier.due.length > 0
  if (now === then) return []
  return now
    ? [{ type: 'deadline', name: 'blocked', afterMs: settings.passageMs }]
    : [{ type: 'cancel', name: 'blocked' }]
}

/** A panel beam was interrupted while the panels close: open again, and wait for a clear way. */
export function reopen(lane: LaneState): Step {
  const relay = lane.barrier.last
  if (!lane.barrier.closing || relay === undefined) return stay(lane)
  const told = blocked({ ...lane, barrier: { ...lane.barrier, closing: false } }, 'while closing')
  return {
    lane: told.lane,
    effects: [
      { type: 'energise', relay },
      { type: 'release', relay },
      { type: 'cancel', name: 'closed' },
      ...told.effects,
    ],
  }
}

/** The lane admits nobody else until the barrier has closed. */
export function blocked(lane: LaneState, when: string): Step {
  if (lane.barrier.obstacle) return stay(lane)
  const { name } = lane.state
  const next: LaneState = { ...lane, barrier: { ...lane.barrier, obstacle: true } }
  const told = alarm('OBSTACLE', true, `something in the barrier ${when}: it stays open`)
  if (name !== 'Locked' && name !== 'Refusing') return stay(next, told)
  return {
    lane: { ...next, state: { name: 'Blocked' } },
    effects: [
      { type: 'cancel', name: 'refuse' },
      told,
      { type: 'sign', sign: 'retry', code: 'OBSTACLE' },
    ],
  }
}

/** The panels are home. */
export function shut(lane: LaneState): Step {
  if (!lane.barrier.closing) return stay(lane)
  const next = { ...lane, barrier: { ...lane.barrier, closing: false, obstacle: false } }
  const told = lane.barrier.obstacle ? [alarm('OBSTACLE', false, 'closed')] : []
  return lane.state.name === 'Blocked' ? toRest(next, ...told) : stay(next, ...told)
}

/** The feedback contact moved: a relay that hung may have let go. */
export function feedbackChanged(lane: LaneState, active: boolean): Step {
  const next = { ...lane, barrier: { ...lane.barrier, feedback: active } }
  const hung = lane.out.includes('RELAY_STUCK') && lane.barrier.energised.length === 0
  return hung && !active ? found(next, 'RELAY_STUCK') : stay(next)
}

/** A while after the relays were told something: does their contact agree? */
export function feedbackDue(lane: LaneState, settings: MachineSettings): Step {
  const { energised, feedback } = lane.barrier
  if (!settings.feedback || feedback === energised.length > 0) return stay(lane)
  const detail = feedback
    ? 'released, but its contact stays closed: the barrier may be open'
    : `${energised.join(' and ')} energised, but its contact did not close`
  return lost(lane, 'RELAY_STUCK', detail)
}

function energised(barrier: BarrierState, relay: MachineRelay): BarrierState {
  const { energised: now, due } = barrier
  return {
    ...barrier,
    energised: now.includes(relay) ? now : [...now, relay],
    due: due.filter(one => one !== relay),
    closing: false,
    last: relay,
  }
}

function wants(barrier: BarrierState, relay: MachineRelay): BarrierState {
  const { due } = barrier
  return due.includes(relay) ? barrier : { ...barrier, due: [...due, relay] }
}

function without(barrier: BarrierState, relay: MachineRelay): BarrierState {
  return { ...barrier, energised: barrier.energised.filter(one => one !== relay) }
}
