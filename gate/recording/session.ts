/**
 * One recording from its first line to its last: what is known when it begins, in pieces; then, at one
 * moment, how devices, clock and lanes stand, and from there on all that comes.
 */
import type { Clock, Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { Recording } from '../contract/control-status.ts'
import type { GrantBody } from '../contract/events.ts'
import type { RecordedLine, RecordingEnd, RecordingHeader } from '../contract/recording.ts'
import { RECORDING_BYTES_MAX, RECORDING_ROOM_MS } from '../limits.ts'
import type { Effect, LaneState, ModesAsked } from '../machine/state.ts'
import { traitsOf } from '../machine/state-traits.ts'
import type { Memory } from '../memory/memory.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import type { TrustState } from '../trust/state.ts'
import { factsOf, type Touched, tellFacts } from './known-facts.ts'
import { createLineQueue, type LineQueue } from './line-queue.ts'
import type { RecordingFile } from './recording-file.ts'
import { clockLine, trustLines } from './trust-lines.ts'

export interface RecordedLane {
  readonly name: string
  view(): LaneState
  activeContacts(): readonly string[]
  modesAsked(): ModesAsked
}

/** What is recorded of a gate that runs. */
export interface RecordedGate {
  readonly lanes: readonly RecordedLane[]
  readonly trust: Pick<TrustKeeper, 'held' | 'rollback' | 'onStanding'>
  readonly memory: Pick<Memory, 'facts' | 'own' | 'visit'>
  /** Its name among its siblings. */
  readonly name: string
}

export interface RecordingOrder {
  readonly gate: RecordedGate
  readonly file: RecordingFile
  readonly header: RecordingHeader
  /** How much room its disk has, bytes free; rejects as the disk does. */
  readonly hasRoom: () => Promise<boolean>
}

const MINUTE_MS = 60_000
/** About how long a line of each kind is, bytes: exact only for what may be long. */
export const LINE_BYTES = { fact: 160, short: 120, row: 2048, begins: 600 } as const

/** A line that came to the gate: its time is filled in. */
export type Timed = Extract<RecordedLine, { ms: number }>

export function rowLine(lane: string, at: number, kind: string, body: unknown): Timed {
  return { is: 'row', ms: 0, at, lane, kind, body } as Timed
}

export interface Session {
  readonly file: RecordingFile
  readonly queue: LineQueue
  begin(): void
  /** From now on, not before all that was known is told. */
  tell(line: Timed, bytes: number): void
  hear(lane: string, effects: readonly Effect[], nowMs: number): void
  shown(): NonNullable<Recording['running']>
  /** Its last line. */
  close(why: RecordingEnd): void
  /** Hears nothing more. */
  leave(): void
}

export interface SessionParts {
  readonly clock: Clock
  readonly timers: Timers
  /** As they are now, by name. */
  readonly devices: ReadonlyMap<string, 'connecting' | 'ready' | 'lost'>
  readonly onLost: (why: string) => void
  readonly onOver: (why: RecordingEnd) => void
}

export function createSession(
  { gate, file, header, hasRoom }: RecordingOrder,
  parts: SessionParts,
): Session {
  const { clock, timers } = parts
  const queue = createLineQueue({ append: file.append, timers, onLost: parts.onLost })
  const startedMs = clock.nowMs()
  const untilMs = startedMs + header.minutes * MINUTE_MS
  const ends: Unsubscribe[] = []
  const begun = new Set<string>()
  const touched = new Map<string, readonly Touched[]>()
  let known: TrustState | undefined
  let clockTold = ''
  let zeroMs = clock.monotonicMs()
  let isLive = false
  let isOver = false
  let leftOut = 0

  const msNow = () => Math.max(0, Math.round((clock.monotonicMs() - zeroMs) * 10) / 10)

  function tell(line: Timed, bytes: number): void {
    if (!isLive) return
    queue.add({ ...line, ms: msNow() }, bytes)
    if (queue.written() > RECORDING_BYTES_MAX) parts.onOver('size')
  }

  /** Something has become of a presentation on a lane that is not recorded yet. */
  function touch(lane: string, body: Partial<GrantBody>): void {
    const { cti, presentedAt, area } = body
    if (cti === undefined || presentedAt === undefined || area === undefined) return
    const ofLane = touched.get(lane) ?? []
    touched.set(lane, [...ofLane, { cti, presentedAt, area }])
  }

  function tellTouched(lane: string): void {
    for (const one of touched.get(lane) ?? []) {
      for (const fact of factsOf(gate.memory, one)) queue.add(fact, LINE_BYTES.fact)
    }
    touched.delete(lane)
  }

  function tellTrust(): void {
    const { state, clock: held } = gate.trust.held()
    const ms = isLive ? msNow() : 0
    if (state !== known) {
      for (const line of trustLines(known, state, ms)) queue.add(line, JSON.stringify(line).length)
    }
    known = state
    if (!isLive) return
    const line = clockLine(held, gate.trust.rollback(), { ms, zeroMs })
    const told = JSON.stringify([line.clock, line.rollback])
    if (told !== clockTold) queue.add(line, LINE_BYTES.begins)
    clockTold = told
  }

  /** Whose code is under way on them: what becomes of it is not in the recording. */
  function touchGranted(): void {
    for (const lane of gate.lanes) {
      const { state } = lane.view()
      if ('grant' in state) touch(lane.name, state.grant)
    }
  }

  function beginLane(lane: RecordedLane): void {
    const view = lane.view()
    if (begun.has(lane.name) || !traitsOf(view).resting) return
    begun.add(lane.name)
    tellTouched(lane.name)
    const { by, reason, revision } = lane.modesAsked()
    const asked = { by, ...(reason && { reason }), ...(revision !== undefined && { revision }) }
    const { modes, latched } = view
    const contacts = [...lane.activeContacts()]
    tell(
      { is: 'begins', ms: 0, lane: lane.name, modes, asked, latched, contacts },
      LINE_BYTES.begins,
    )
  }

  async function tellKnown(): Promise<void> {
    queue.add(header, JSON.stringify(header).length)
    touchGranted()
    tellTrust()
    await queue.drained()
    leftOut = await tellFacts(
      gate.memory,
      { gate: gate.name, timers, drained: queue.drained },
      fact => queue.add(fact, LINE_BYTES.fact),
    )
    if (!isOver) goLive()
  }

  /** All of it at one moment. */
  function goLive(): void {
    zeroMs = clock.monotonicMs()
    tellTrust()
    isLive = true
    tellTrust()
    for (const [device, state] of parts.devices) {
      tell({ is: 'device', ms: 0, device, state }, LINE_BYTES.short)
    }
    for (const lane of gate.lanes) beginLane(lane)
    ends.push(gate.trust.onStanding(tellTrust))
  }

  function lookForRoom(): void {
    const look = async () => {
      if (!(await hasRoom())) queue.lose('the disk is nearly full')
    }
    const next = timers.after(RECORDING_ROOM_MS, () => {
      look().then(lookForRoom, error => queue.lose((error as Error).message))
    })
    ends.push(next)
  }

  function leave(): void {
    isOver = true
    isLive = false
    for (const end of ends.splice(0)) end()
  }

  return {
    file,
    queue,
    begin() {
      ends.push(timers.after(untilMs - startedMs, () => parts.onOver('time')))
      lookForRoom()
      tellKnown().catch(error => queue.lose((error as Error).message))
    },
    tell,
    hear(name, effects, nowMs) {
      for (const effect of effects) {
        if (effect.type !== 'record' && effect.type !== 'recordGrant') continue
        const { body } = effect
        if (!begun.has(name)) touch(name, body as Partial<GrantBody>)
        const kind = effect.type === 'recordGrant' ? 'grant' : effect.kind
        tell(rowLine(name, nowMs, kind, body), LINE_BYTES.row)
      }
      if (!isLive || begun.has(name)) return
      const lane = gate.lanes.find(one => one.name === name)
      if (lane !== undefined) beginLane(lane)
    },
    shown: () => ({
      ...{ by: header.by, path: file.path, startedMs, untilMs, bytes: queue.written() },
    }),
    close(why) {
      const ms = msNow()
      leave()
      queue.add({ is: 'end', ms, why, lines: queue.count() - 1, leftOut }, LINE_BYTES.short)
    },
    leave,
  }
}
