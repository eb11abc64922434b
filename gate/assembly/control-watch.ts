/**
 * What is remembered of gates that come and go with their configs: how each device is and since
 * when, what each lane last decided, how many passed. It hears every gate, and tells subscribers.
 */
import type { Clock, DeviceState } from '../../hardware/ports.ts'
import { ADMITTING, type VerdictCode } from '../contract/codes.ts'
import type { DeviceStatus, LastDecision } from '../contract/control-status.ts'
import { DEVICE_REMEDIES } from '../contract/device-faults.ts'
import type { Direction, EventKind, GrantBody, ScanBody } from '../contract/events.ts'
import type { Effect } from '../machine/state.ts'
import type { EventHub } from './control-events.ts'
import type { GateWatch } from './gate-ports.ts'

type FaultCode = Extract<DeviceState, { state: 'lost' }>['error']['code']
/** Every device error has a remedy. */
const REMEDIES: Readonly<Record<FaultCode, string>> = DEVICE_REMEDIES

export interface ControlWatch extends GateWatch {
  /** Another gate begins: what it does not have is gone. */
  begin(): void
  devices(): readonly DeviceStatus[]
  last(lane: string): LastDecision | null
  passages(lane: string): Readonly<Record<Direction, number>>
}

export function createControlWatch(clock: Pick<Clock, 'nowMs'>, hub: EventHub): ControlWatch {
  const devices = new Map<string, DeviceStatus>()
  /** Of what is wrong with each now. */
  const codes = new Map<string, FaultCode | null>()
  let present = new Set<string>()
  const last = new Map<string, LastDecision>()
  const passages = new Map<string, Record<Direction, number>>()

  function count(lane: string, direction: Direction): void {
    const known = passages.get(lane) ?? { entry: 0, exit: 0 }
    passages.set(lane, { ...known, [direction]: known[direction] + 1 })
  }

  function hear(lane: string, effect: Effect, at: number): void {
    if (effect.type === 'recordGrant') {
      last.set(lane, decisionOf(effect.body, at))
      hub.emit({ type: 'row', at, lane, kind: 'grant', body: effect.body })
    }
    if (effect.type !== 'record') return
    const { kind, body } = effect
    if (kind === 'scan') last.set(lane, decisionOf(body, at))
    if (kind === 'passage') count(lane, body.direction)
    hub.emit({ type: 'row', at, lane, kind, body })
  }

  return {
    begin() {
      present = new Set()
    },
    onStep(lane, effects, nowMs) {
      for (const effect of effects) hear(lane, effect, nowMs)
    },
    onDevice(lane, name, next) {
      present.add(name)
      const known = devices.get(name)
      // A driver that tries again is as lost as before.
      if (next.state === 'connecting' && known?.state === 'lost') return
      const now = faultNow(next)
      const code = now?.code ?? null
      if (known?.state === next.state && codes.get(name) === code) return
      codes.set(name, code)
      const sinceMs = clock.nowMs()
      const fault = now ? { ...faultOf(now.code, now.message), atMs: sinceMs } : known?.fault
      const lastReadMs = known?.lastReadMs ?? null
      const { state } = next
      devices.set(name, { name, lane, state, sinceMs, lastReadMs, fault: fault ?? null })
      hub.emit({ type: 'device', at: sinceMs, lane, device: name, state: next.state, code })
    },
    onRead(name) {
      const known = devices.get(name)
      if (known) devices.set(name, { ...known, lastReadMs: clock.nowMs() })
    },
    onEntry({ at, kind, body }) {
      hub.emit({ type: 'row', at, lane: '', kind: kind as EventKind, body: body as object })
    },
    devices: () => [...devices.values()].filter(({ name }) => present.has(name)),
    last: lane => last.get(lane) ?? null,
    passages: lane => passages.get(lane) ?? { entry: 0, exit: 0 },
  }
}

/** Why it is lost, or what is wrong though it works. */
function faultNow(state: DeviceState) {
  if (state.state === 'lost') return state.error
  return state.state === 'ready' ? state.warning : undefined
}

function faultOf(code: FaultCode, message: string) {
  return { code, message, remedy: REMEDIES[code] }
}

function decisionOf(body: GrantBody | ScanBody, at: number): LastDecision {
  const { code, direction, boarding, trace } = body
  const verdict = ADMITTING.includes(code as VerdictCode) ? 'admit' : 'deny'
  const flags = 'flags' in body ? body.flags : []
  return { at, verdict, code, direction, flags, boarding, trace }
}
