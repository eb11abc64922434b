/** Lanes as GateControl shows and runs them. Each call looks for its lane anew: gates come and go. */
import type { Timers } from '../../hardware/ports.ts'
import type { GateConfig, LaneConfig } from '../contract/config.ts'
import type { Answer, Asker, LaneControl } from '../contract/control.ts'
import type { LaneStatus } from '../contract/control-status.ts'
import { type LaneModes, laneModesSchema } from '../contract/events.ts'
import { explainIssues } from '../contract/explain.ts'
import { CODE_MS_MAX } from '../contract/part-test.ts'
import { SIGNS } from '../contract/sign.ts'
import type { Lane } from '../lane/lane.ts'
import { initialModes } from '../lane/lane-settings.ts'
import { FEEDBACK_MS } from '../machine/barrier.ts'
import { MACHINE_CONTACTS } from '../machine/contacts.ts'
import { servesNobody } from '../machine/part-test.ts'
import { askerFault, byFault, doneUnless, refuse } from './control-answers.ts'
import type { ControlWatch } from './control-watch.ts'

export interface LaneControlParts {
  readonly gate: () => { readonly lanes: readonly Lane[] } | undefined
  /** By which the gate runs. */
  readonly config: () => GateConfig | undefined
  readonly timers: Timers
}

interface Found {
  readonly lane: Lane
  readonly config: LaneConfig
}

export function laneStatuses(
  lanes: readonly Lane[],
  watch: Pick<ControlWatch, 'last' | 'passages'>,
): readonly LaneStatus[] {
  return lanes.map(lane => {
    const { name } = lane
    const { state, modes, out, fire, latched, entryShut, track, barrier } = lane.view()
    const { by, reason, revision } = lane.modesAsked()
    return {
      ...{ name, state: state.name, modes, asked: { by, reason, revision } },
      ...{ out, fire, latched, entryShut: entryShut ?? null },
      people: { inLane: track.people.size, waiting: lane.waitingScans() },
      relays: barrier.energised,
      contacts: lane.activeContacts(),
      pretended: lane.pretend.contacts(),
      passages: watch.passages(name),
      last: watch.last(name),
    }
  })
}

export function createLaneControl({ gate, config, timers }: LaneControlParts): LaneControl {
  function found(name: string): Found | 'NOT_RUNNING' | 'NO_SUCH_LANE' {
    const lanes = gate()?.lanes
    if (lanes === undefined) return 'NOT_RUNNING'
    const lane = lanes.find(one => one.name === name)
    const its = config()?.lanes.find(one => one.name === name)
    return lane === undefined || its === undefined ? 'NO_SUCH_LANE' : { lane, config: its }
  }

  type Modes = { readonly state: string; readonly modes: LaneModes }
  function run(name: string, asker: Asker, of: (config: LaneConfig) => Partial<LaneModes>) {
    const one = found(name)
    if (typeof one === 'string') return refuse(one)
    const fault = askerFault(asker)
    if (fault !== undefined) return fault
    one.lane.setModes(of(one.config), asker)
    const { state, modes } = one.lane.view()
    return { ok: true, state: state.name, modes } satisfies Answer<Modes>
  }

  function after(ms: number): Promise<void> {
    return new Promise(resolve => void timers.after(ms, resolve))
  }

  return {
    setModes(name, change, asker) {
      const parsed = laneModesSchema.partial().safeParse(change)
      if (!parsed.success) return refuse('OUT_OF_RANGE', ...explainIssues(parsed.error, change))
      return run(name, asker, () => change)
    },
    clearModes: (name, asker) => run(name, asker, initialModes),
    async test(name, part, by) {
      const one = found(name)
      if (typeof one === 'string') return refuse(one)
      const fault = byFault(by)
      if (fault !== undefined) return fault
      if (part.part === 'sign' && !SIGNS.includes(part.sign)) return refuse('NO_SUCH_PART')
      const refusal = one.lane.test(part, by)
      if (refusal !== undefined) return refuse(refusal)
      const { pins } = one.config.board
      const checked = part.part === 'relay' && pins.relayFeedback !== null
      await after(part.ms + (checked ? FEEDBACK_MS + 1 : 0))
      const view = one.lane.view()
      if (checked && view.out.includes('RELAY_STUCK')) return { ok: true, result: 'stuck' }
      const undisturbed = servesNobody(view) && gate()?.lanes.includes(one.lane) === true
      return { ok: true, result: checked && undisturbed ? 'followed' : 'unchecked' }
    },
    async readCode(name, direction, { by, signal, onWaiting }) {
      const one = found(name)
      if (typeof one === 'string') return refuse(one)
      const fault = byFault(by)
      if (fault !== undefined) return fault
      const end = new AbortController()
      const cancel = timers.after(CODE_MS_MAX, () => end.abort())
      const stop = signal === undefined ? end.signal : AbortSignal.any([signal, end.signal])
      const reading = one.lane.codeTests.next(direction, by, stop)
      if (typeof reading !== 'string') onWaiting?.()
      const code = await reading
      cancel()
      if (typeof code === 'string') return refuse(code)
      if (code === undefined) return refuse(end.signal.aborted ? 'NOTHING_READ' : 'INTERRUPTED')
      const { reader, chars, code: told, trace } = code
      return { ok: true, reader, chars, told, trace }
    },
    pretendContact(name, contact, active, by) {
      const one = found(name)
      if (typeof one === 'string') return refuse(one)
      const fault = byFault(by)
      if (fault !== undefined) return fault
      const known = MACHINE_CONTACTS.find(known => known === contact)
      if (known === undefined || one.config.board.pins[known] === null) {
        return refuse('NO_SUCH_PART')
      }
      return doneUnless(one.lane.pretend.contact(known, active, by))
    },
    pretendScan(name, direction, text, by) {
      const one = found(name)
      if (typeof one === 'string') return refuse(one)
      const fault = byFault(by)
      if (fault !== undefined) return fault
      const verdict = one.lane.pretend.scan(direction, text, by)
      if (typeof verdict === 'string') return refuse(verdict)
      return { ok: true, told: verdict.code, trace: verdict.trace }
    },
  }
}
