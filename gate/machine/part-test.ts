/**
 * A technician's test of a part, for a lane in maintenance. A relay under test goes the way of every
 * relay: a flap closes only when the way is clear, a fire opens whatever is tested, and the feedback
 * contact is compared. Pure.
 */
import { type PartTest, TEST_MS_MAX, TEST_MS_MIN } from '../contract/part-test.ts'
import { isClear } from './beam-tracker.ts'
import { RELEASE_ALL, stay } from './effects.ts'
import { restSign } from './rest.ts'
import type { Effect, LaneState, MachineSettings, OutReason, Step } from './state.ts'

export type TestRefusal =
  | 'NOT_IN_MAINTENANCE'
  | 'BOARD_NOT_READY'
  | 'NO_SUCH_PART'
  | 'OUT_OF_RANGE'
  | 'LANE_OCCUPIED'
  | 'BARRIER_BUSY'

/** With one of these the barrier moves for nobody. */
const STILL: ReadonlySet<OutReason> = new Set(['BOARD_LOST', 'NO_DEADMAN', 'STOP', 'SHUTDOWN'])

/**
 * Whether a lane serves nobody, for a technician: in maintenance, or in maintenance and out of
 * service besides. No scan is decided there, and the staff button lets nobody through.
 */
export function servesNobody({ state, modes }: LaneState): boolean {
  return modes.maintenance && (state.name === 'Maintenance' || state.name === 'OutOfService')
}

/** Why this may not be tested now; undefined: it may. */
export function testRefusal(
  lane: LaneState,
  test: PartTest,
  settings: MachineSettings,
): TestRefusal | undefined {
  if (!servesNobody(lane)) return 'NOT_IN_MAINTENANCE'
  if ([...lane.out, ...lane.awaited].some(reason => STILL.has(reason))) return 'BOARD_NOT_READY'
  if (test.part === 'relay' && !settings.relays.includes(test.relay)) return 'NO_SUCH_PART'
  if (!(test.ms >= TEST_MS_MIN && test.ms <= TEST_MS_MAX)) return 'OUT_OF_RANGE'
  const { active, stuck } = lane.track
  const someone = [...active.keys()].some(beam => !stuck.includes(beam))
  if (someone || !isClear(lane.track, settings)) return 'LANE_OCCUPIED'
  const { energised, due, closing } = lane.barrier
  return energised.length > 0 || due.length > 0 || closing ? 'BARRIER_BUSY' : undefined
}

export function startTest(
  lane: LaneState,
  test: PartTest,
  by: string,
  settings: MachineSettings,
): Step {
  if (testRefusal(lane, test, settings) !== undefined) return stay(lane)
  const { part: about, ms } = test
  const what = test.part === 'relay' ? test.relay : test.sign
  const row = { about, what, by: by.slice(0, 80), ms } as const
  const act: Effect =
    test.part === 'relay'
      ? { type: 'energise', relay: test.relay }
      : { type: 'sign', sign: test.sign, code: '' }
  return stay(lane, { type: 'record', kind: 'test', body: row }, act, {
    type: 'deadline',
    name: 'test',
    afterMs: ms,
  })
}

/** Whatever has taken the lane over meanwhile has said what its relays do. */
export function testOver(lane: LaneState): Step {
  return servesNobody(lane) ? stay(lane, ...RELEASE_ALL, restSign(lane)) : stay(lane)
}
