/**
 * The alarms of a gate as the fleet shows them: which hold, how much each matters, and in which order
 * they are dealt with. Pure.
 */
import { ALARMS, VERDICTS } from '../../gate/contract/codes.ts'
import { STAGE_CODE } from '../../gate/contract/freshness.ts'
import type { Health, LaneHealth } from '../../gate/contract/health.ts'
import type { Sign } from '../../gate/contract/sign.ts'

/** `now`: somebody must go; `soon`: to be looked at today; `note`: known, nothing to do. */
export const SEVERITIES = ['now', 'soon', 'note'] as const
export type Severity = (typeof SEVERITIES)[number]

export interface FleetAlarm {
  /** Of gate/contract/codes.ts, `OFFLINE`, or `SHUTDOWN` of a lane. */
  readonly code: string
  readonly severity: Severity
  /** Empty: of the whole gate. */
  readonly lane: string
  /** Unix ms by the gate's clock, of `OFFLINE` by the service's; null where the gate does not say. */
  readonly since: number | null
}

const OF_SIGN: Readonly<Record<Sign, Severity>> = {
  ...({ refuse: 'now', fraud: 'now', intrusion: 'now', open: 'now' } as const),
  ...({ retry: 'soon', service: 'soon', pass: 'note', none: 'note' } as const),
}

/** What a technician sees to is no mere note, also where passengers notice nothing. */
const OF_CODE: ReadonlyMap<string, Severity> = new Map(
  Object.entries({ ...VERDICTS, ...ALARMS }).map(([code, { sign, who }]) => {
    const severity = OF_SIGN[sign]
    return [code, severity === 'note' && who === 'technician' ? 'soon' : severity]
  }),
)

/** States of a lane in which nobody is served. */
const NOT_SERVING: ReadonlySet<string> = new Set([
  ...['Starting', 'OutOfService', 'Maintenance', 'Emergency'],
])

export const serves = ({ state }: Pick<LaneHealth, 'state'>): boolean => !NOT_SERVING.has(state)

/**
 * Worst first, then the oldest. `offlineSince`: when the gate told of itself last, if that is too long
 * ago.
 */
export function alarmsOf(health: Health | undefined, offlineSince: number | null): FleetAlarm[] {
  const lanes = new Map(health?.lanes.map(lane => [lane.name, lane]))
  const held = health === undefined ? [] : (health.alarms ?? toldAlarms(health))
  const found = held.map(({ code, lane, since }): FleetAlarm => {
    return { code, severity: severityOf(code, lanes.get(lane)), lane, since }
  })
  if (offlineSince !== null) {
    found.push({ code: 'OFFLINE', severity: 'now', lane: '', since: offlineSince })
  }
  return found.sort(byUrgency)
}

/** What keeps a lane from serving matters at once, unless a technician works there. */
function severityOf(code: string, lane: LaneHealth | undefined): Severity {
  // A clock in doubt shuts nothing by itself: the lanes say so where they are shut.
  const isDoubt = code === 'CLOCK_UNCERTAIN' && lane === undefined
  const own = isDoubt ? 'soon' : (OF_CODE.get(code) ?? 'note')
  if (lane?.state === 'Maintenance') return 'note'
  return lane?.state === 'OutOfService' && lane.alarms.includes(code) ? 'now' : own
}

/** Of a gate that does not list them: nobody knows since when. */
function toldAlarms({ lanes, trust, clock, journal }: Health) {
  const stage = STAGE_CODE[trust.stage]
  const whole = [
    ...(stage === undefined ? [] : [stage]),
    ...(clock === 'UNCERTAIN' ? ['CLOCK_UNCERTAIN'] : []),
    ...(journal.disk?.held === false ? ['DISK_LOW'] : []),
  ]
  return [
    ...whole.map(code => ({ code, lane: '', since: null })),
    ...lanes.flatMap(({ name, alarms, lostReaders = [] }) => [
      ...alarms.map(code => ({ code, lane: name, since: null })),
      ...(lostReaders.length > 0 ? [{ code: 'READER_LOST', lane: name, since: null }] : []),
    ]),
  ]
}

function byUrgency(a: FleetAlarm, b: FleetAlarm): number {
  const worse = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
  return worse || (a.since ?? 0) - (b.since ?? 0)
}
