/** `status`: how the whole gate is, on one screen of 80 columns and 24 rows. Pure. */
import type {
  CodeMeaning,
  DeviceStatus,
  GateStatus,
  LaneStatus,
  Recording,
  TrustReport,
} from '../contract/control-status.ts'
import { bytesText, clockText, spanText, tableLines, timeText, wrapped } from './layout.ts'

export interface Overview {
  readonly status: GateStatus
  readonly lanes: readonly LaneStatus[]
  readonly devices: readonly DeviceStatus[]
  /** Null while no gate runs. */
  readonly trust: TrustReport | null
  readonly revision: { readonly number: number; readonly backTo: number | null } | null
  readonly recording: Recording
}

type Explain = (code: string) => CodeMeaning | undefined

export function statusLines(
  overview: Overview,
  columns: number,
  explain: Explain,
): readonly string[] {
  const { status, lanes, devices, trust, revision, recording } = overview
  const { health } = status
  const began = `up ${spanText(status.upMs)}, ${status.software}`
  const config =
    revision === null ? '' : `, config revision ${revision.number}${trialText(revision)}`
  const lines = [
    `${status.gate} at ${status.station}: ${status.running ? 'running' : 'NO GATE RUNS'}, ${began}${config}`,
  ]
  if (trust !== null) {
    const { clock } = trust
    const doubt = clock.doubt === null ? '' : ` (${clock.doubt})`
    lines.push(
      `clock    ${timeText(clock.nowMs)} UTC, ${clock.state}${doubt}`,
      `trust    ${trust.stage}, version ${trust.trustVersion}, manifest ${trust.manifestVersion ?? 'none'}, ` +
        `${spanText(trust.manifestAgeMs)} old, last poll ${trust.lastPoll?.code ?? 'none yet'}`,
    )
  }
  if (health !== null) {
    const { waiting, disk } = health.journal
    const free = disk === null ? 'not known' : `${bytesText(disk.freeBytes)} free`
    lines.push(`journal  ${waiting} rows wait to be written, disk ${free}`)
  }
  const enrolled =
    status.enrolment === null ? 'not enrolled' : `enrolled as ${status.enrolment.gate}`
  const bus =
    status.bus === null
      ? ''
      : `, bus ${status.bus.state}, ${status.bus.awake} of ${status.bus.all} siblings`
  lines.push(`service  ${enrolled}${bus}`, ...recordingLines(recording), '')
  lines.push(...laneLines(lanes), '', ...deviceLines(devices))
  const alarms = alarmLines(overview, columns, explain)
  return [...lines, '', ...(alarms.length > 0 ? alarms : ['No alarm.'])]
}

function trialText({ backTo }: { readonly backTo: number | null }): string {
  return backTo === null ? '' : ` ON TRIAL, else back to ${backTo}`
}

/** None where nothing is recorded and nothing was lost. */
function recordingLines({ running, last }: Recording): readonly string[] {
  if (running !== null) {
    const { by, untilMs, bytes } = running
    return [`record   by ${by} until ${clockText(untilMs)} UTC, ${bytesText(bytes)}`]
  }
  return last?.why === 'dropped'
    ? [`record   DROPPED at ${clockText(last.atMs)} UTC: ${last.detail}`]
    : []
}

function laneLines(lanes: readonly LaneStatus[]): readonly string[] {
  return tableLines(
    ['lane', 'state', 'entry', 'exit', 'in', 'out', 'waits', 'last'],
    lanes.map(({ name, state, modes, passages, people, last }) => [
      ...[name, state, modes.entry, modes.exit, String(passages.entry), String(passages.exit)],
      String(people.waiting),
      last === null ? '-' : `${clockText(last.at)} ${last.code}`,
    ]),
  )
}

function deviceLines(devices: readonly DeviceStatus[]): readonly string[] {
  return tableLines(
    ['device', 'state', 'fault'],
    devices.map(({ name, state, fault }) => {
      const now = state === 'ready' || fault === null ? '' : fault.code
      return [name, state, now]
    }),
  )
}

/** Each alarm with what to do, once. */
function alarmLines(
  { lanes, devices, trust, status }: Overview,
  columns: number,
  explain: Explain,
): readonly string[] {
  const found = [
    ...lanes.flatMap(({ name, out }) => out.map(code => ({ where: `lane ${name}`, code }))),
    ...lanes.flatMap(({ name, fire, latched }) =>
      fire || latched ? [{ where: `lane ${name}`, code: 'FIRE' }] : [],
    ),
    ...lanes.flatMap(({ name, entryShut }) =>
      entryShut === null ? [] : [{ where: `lane ${name}, entry`, code: entryShut }],
    ),
    ...devices.flatMap(({ name, state, fault }) =>
      state === 'lost' && fault !== null ? [{ where: name, code: fault.code }] : [],
    ),
    ...(trust !== null && trust.clock.state === 'UNCERTAIN'
      ? [{ where: 'clock', code: 'CLOCK_UNCERTAIN' }]
      : []),
    ...(status.bus?.state === 'down' ? [{ where: 'bus', code: 'BUS_DOWN' }] : []),
  ]
  return found.flatMap(({ where, code }) => {
    const action = explain(code)?.action
    return wrapped(`! ${code} (${where})${action ? `: ${action}` : ''}`, columns)
  })
}
