/**
 * The alarms that hold, of the gate and of each lane, read off the same state as the health report,
 * and since when a report has known of each.
 */
import type { ALARMS, VERDICTS } from '../contract/codes.ts'
import { STAGE_CODE } from '../contract/freshness.ts'
import { HELD_ALARMS_MAX, type Health, type HeldAlarm } from '../contract/health.ts'

type Code = keyof typeof ALARMS | keyof typeof VERDICTS

/** `Health` as far as alarms are read off it. */
type State = Pick<Health, 'clock' | 'trust' | 'journal' | 'lanes'>

/** What is read beside it. */
export interface BesideState {
  /** Undefined without a station bus. */
  readonly busUp: boolean | undefined
  /** By lane, those that are stuck while it may go on. */
  readonly stuckBeams: ReadonlySet<string>
}

/** Gives what holds at `nowMs`, Unix ms by the gate's clock. One for each gate. */
export function createHeldAlarms(): (
  state: State,
  beside: BesideState,
  nowMs: number,
) => HeldAlarm[] {
  let known: ReadonlyMap<string, number> = new Map()
  return (state, beside, nowMs) => {
    const held = namesOf(state, beside).map(({ lane, code }) => {
      return { lane, code, since: known.get(`${lane} ${code}`) ?? nowMs }
    })
    known = new Map(held.map(({ lane, code, since }) => [`${lane} ${code}`, since]))
    return held.slice(0, HELD_ALARMS_MAX)
  }
}

function namesOf({ clock, trust, journal, lanes }: State, { busUp, stuckBeams }: BesideState) {
  const stage = STAGE_CODE[trust.stage]
  const whole: Code[] = [
    ...(stage === undefined ? [] : [stage]),
    ...(clock === 'UNCERTAIN' ? ['CLOCK_UNCERTAIN' as const] : []),
    ...(journal.disk?.held === false ? ['DISK_LOW' as const] : []),
    ...(busUp === false ? ['BUS_DOWN' as const] : []),
  ]
  return [
    ...whole.map(code => ({ lane: '', code })),
    ...lanes.flatMap(({ name, alarms, lostReaders = [] }) => {
      const more = [
        ...(lostReaders.length > 0 ? ['READER_LOST'] : []),
        ...(stuckBeams.has(name) ? ['BEAM_STUCK'] : []),
      ]
      return [...new Set([...alarms, ...more])].map(code => ({ lane: name, code }))
    }),
  ]
}
