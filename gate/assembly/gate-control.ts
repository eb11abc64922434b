/**
 * The one GateControl of a process (contract/control.ts): it outlives each gate that the config
 * engine starts and stops, and holds none of them. What needs a gate while none runs is refused
 * with `NOT_RUNNING`.
 */
import type { Clock, Timers } from '../../hardware/ports.ts'
import type { ConfigEngine } from '../config/engine.ts'
import type { GateConfig } from '../contract/config.ts'
import type { GateControl } from '../contract/control.ts'
import type { GateStatus } from '../contract/control-status.ts'
import type { CommandBody } from '../contract/events.ts'
import { explainCode } from '../contract/explain-row.ts'
import { RECORDING_FORMAT, RECORDING_VERSION } from '../contract/recording.ts'
import { SOFTWARE } from '../ops/health-report.ts'
import type { Recorder } from '../recording/recorder.ts'
import { createRecordingFile } from '../recording/recording-file.ts'
import { exportedLanes } from '../support/exported-lanes.ts'
import { refuse } from './control-answers.ts'
import { createConfigControl } from './control-config.ts'
import { createEnd, type EndProgram } from './control-end.ts'
import { createEnrolmentControl } from './control-enrolment.ts'
import type { EventHub } from './control-events.ts'
import { createJournalControl, type ExportingGate } from './control-journal.ts'
import { createLaneControl, laneStatuses } from './control-lanes.ts'
import { createRecordingControl, type RecordableGate } from './control-recording.ts'
import { createTrustControl, type TrustOfGate } from './control-trust.ts'
import type { ControlWatch } from './control-watch.ts'
import type { Gate } from './gate.ts'

/** A gate that runs, with what was begun beside it. */
export type ControlledGate = Gate &
  Pick<TrustOfGate, 'extension'> & {
    /** The trust document it was shipped with, as signed. */
    readonly factoryTrust: Uint8Array
  }

export interface GateControlParts {
  readonly engine: ConfigEngine
  /** Undefined between two gates. */
  readonly gate: () => ControlledGate | undefined
  /** By which it runs; undefined before the first. */
  readonly config: () => GateConfig | undefined
  /** The gate's name, for the time before the first start. */
  readonly name: string
  readonly watch: ControlWatch
  readonly hub: EventHub
  readonly recorder: Recorder
  readonly clock: Clock
  readonly timers: Timers
  /** Of the way to the service. */
  readonly randomBytes: (bytes: number) => Uint8Array
  readonly fetch: typeof fetch
  readonly program: GateProgram | undefined
}

/** What runs the gate, where it is a program of its own. */
export interface GateProgram {
  readonly end: EndProgram
  /** A service manager starts it again. */
  readonly supervised: boolean
}

export function createGateControl(parts: GateControlParts): GateControl {
  const { gate, config, watch, hub, clock, timers } = parts
  const beganMs = clock.monotonicMs()

  async function status(): Promise<GateStatus> {
    const running = gate()
    const bus = running?.bus()
    return {
      software: SOFTWARE,
      gate: config()?.gate ?? parts.name,
      station: config()?.station ?? '',
      upMs: clock.monotonicMs() - beganMs,
      supervised: parts.program?.supervised ?? false,
      running: running !== undefined,
      health: running === undefined ? null : await running.readHealth(),
      enrolment: running?.enrolment ?? null,
      bus: bus === undefined ? null : { state: bus.state(), ...bus.siblings() },
    }
  }

  function trusted(): TrustOfGate | undefined {
    const [running, of] = [gate(), config()]
    if (running === undefined || of === undefined) return undefined
    return { ...running, dataDir: of.data, environment: of.trust.environment }
  }

  function exporting(): ExportingGate | undefined {
    const [running, of] = [gate(), config()]
    if (running === undefined || of === undefined) return undefined
    const { nowMs: at, state } = running.trust.now()
    return {
      dataDir: of.data,
      head: {
        ...{ gate: of.gate, station: of.station, software: SOFTWARE, at, clock: state },
        lanes: exportedLanes(of.lanes),
      },
      record({ file, by }) {
        const body: CommandBody = { about: 'export', by, detail: file }
        return running.record('command', body)
      },
    }
  }

  const configControl = createConfigControl(parts.engine, () => config() !== undefined)

  function recordable(): RecordableGate | undefined {
    const [running, of, shown] = [gate(), config(), configControl.running()]
    if (running === undefined || of === undefined || !shown.ok) return undefined
    return {
      dataDir: of.data,
      gate: { ...running, name: running.enrolment?.gate ?? of.gate },
      header: {
        ...{ format: RECORDING_FORMAT, version: RECORDING_VERSION, software: SOFTWARE },
        ...{ gate: of.gate, station: of.station, at: running.trust.now().nowMs },
        ...{ revision: shown.revision.number, config: shown.value },
        factory: Buffer.from(running.factoryTrust).toString('base64'),
      },
      room: () => running.journal.room(),
      record: (by, detail) => running.record('command', { about: 'record', by, detail }),
    }
  }

  return {
    status,
    lanes: () => laneStatuses(gate()?.lanes ?? [], watch),
    devices: watch.devices,
    figures() {
      const running = gate()
      return running === undefined ? refuse('NOT_RUNNING') : { ok: true, ...running.figures() }
    },
    lane: createLaneControl({ gate, config, timers }),
    trust: createTrustControl(trusted, clock.nowMs),
    config: configControl,
    journal: createJournalControl(() => gate()?.journal, exporting),
    enrolment: createEnrolmentControl({
      ...{ engine: parts.engine, gate, config },
      ports: { clock, timers, randomBytes: parts.randomBytes, fetch: parts.fetch },
    }),
    recording: createRecordingControl({
      ...{ recorder: parts.recorder, gate: recordable, createFile: createRecordingFile },
      ...{ timers, nowMs: clock.nowMs },
    }),
    end: createEnd({ endProgram: parts.program?.end, gate, timers }),
    subscribe(wants, onReady) {
      const subscription = hub.subscribe(wants, onReady)
      return subscription === undefined
        ? refuse('TOO_MANY_SUBSCRIBERS')
        : { ok: true, subscription }
    },
    explain(code) {
      const meaning = explainCode(code)
      return meaning === undefined ? refuse('NO_SUCH_CODE') : { ok: true, ...meaning }
    },
  }
}
