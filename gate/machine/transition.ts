/**
 * The lane's machine: `transition(lane, input, settings) → { lane, effects }`, pure. Priority is
 * fire, then what puts the lane out of service, then the passage that runs.
 */
import { alarm, IDLE, relayOf, stay } from './effects.ts'
import {
  nobodyWalked,
  passageContact,
  recorded,
  recordFailed,
  staffRelease,
  verdict,
} from './passage.ts'
import {
  askReset,
  fire,
  fireNormal,
  found,
  lost,
  resetUnanswered,
  startedWithout,
} from './service.ts'
import type { DeadlineName, Input, Lane, MachineContact, MachineSettings, Step } from './state.ts'

export function transition(lane: Lane, input: Input, settings: MachineSettings): Step {
  switch (input.type) {
    case 'started':
      return stay(
        lane,
        { type: 'sign', sign: 'refuse', code: 'LANE_CLOSED' },
        { type: 'deadline', name: 'start', afterMs: settings.startMs },
      )
    case 'contact':
      return contact(lane, input.contact, input.active, settings)
    case 'lost':
      return lost(lane, input.reason, input.detail)
    case 'found':
      return found(lane, input.reason)
    case 'recorded':
      return recorded(lane, input.grant, input.ref, settings)
    case 'recordFailed':
      return recordFailed(lane, input.grant, settings)
    case 'verdict':
      return verdict(lane, input.verdict, settings)
    case 'deadline':
      return deadline(lane, input.name)
    default:
      return input satisfies never
  }
}

function contact(
  lane: Lane,
  which: MachineContact,
  active: boolean,
  settings: MachineSettings,
): Step {
  switch (which) {
    case 'fire':
      return active ? fire(lane) : fireNormal(lane)
    case 'stop':
      return active ? lost(lane, 'STOP', 'stop button pressed') : found(lane, 'STOP')
    case 'tamper':
      return stay(lane, alarm('TAMPER', active, active ? 'cabinet open' : 'cabinet closed'))
    case 'release':
      if (!active) return stay(lane)
      return lane.state.name === 'Emergency' ? askReset(lane) : staffRelease(lane, settings)
    case 'passA':
    case 'passB':
      return passageContact(lane, which, active, settings)
    default:
      return which satisfies never
  }
}

function deadline(lane: Lane, name: DeadlineName): Step {
  const { state } = lane
  switch (name) {
    case 'start':
      return state.name === 'Starting' ? startedWithout(lane) : stay(lane)
    case 'pulse':
      return state.name === 'Admitting'
        ? stay(lane, { type: 'release', relay: relayOf(state.grant) })
        : stay(lane)
    case 'wait':
      return state.name === 'Admitting' ? nobodyWalked(lane, state.grant, state.ref) : stay(lane)
    case 'held':
      return state.name === 'Passing'
        ? stay(lane, alarm('HELD', true, 'passage not completed'), {
            type: 'sign',
            sign: 'fraud',
            code: 'HELD',
          })
        : stay(lane)
    case 'reset':
      return resetUnanswered(lane)
    case 'refuse':
      if (state.name === 'Locked') return stay(lane, IDLE)
      return state.name === 'Refusing'
        ? { lane: { ...lane, state: { name: 'Locked' } }, effects: [IDLE] }
        : stay(lane)
    default:
      return name satisfies never
  }
}
