/**
 * `test all`: exercises every part of a gate, one after the other, and says of each whether it works.
 * What moves is tested in maintenance alone, where no code is decided and the button lets nobody
 * through; each lane is put back as it was found, also when the test is stopped.
 */
import type { DeviceStatus } from '../contract/control-status.ts'
import { activeOf, checkContacts, checkDevice, isBoard, laneOf } from './at-rest.ts'
import { testBeams } from './beams-by-hand.ts'
import {
  type Finding,
  type LaneTest,
  type SelfTestEvent,
  type SelfTestParts,
  told,
} from './finding.ts'
import { checkGate } from './gate-checks.ts'
import { testRelays, testSignals } from './moving-parts.ts'
import { testReader } from './reader-check.ts'
import { createWait } from './waiting.ts'

/** The passage that runs may end before the maintenance begins. Milliseconds. */
const TAKE_MS_MAX = 30_000
/** Another config may be starting when a lane is put back. Milliseconds. */
const BACK_MS_MAX = 30_000
const LOOK_MS = 500

const REASON = 'self-test'

/** Ends after the last part, or soon after `signal` fires. The caller may also stop to ask for more. */
export async function* runSelfTest(parts: SelfTestParts): AsyncGenerator<SelfTestEvent, void> {
  const stopped = () => parts.signal?.aborted === true
  for await (const finding of checkGate(parts)) yield told(finding)
  for (const { name } of parts.control.lanes()) {
    if (stopped()) return
    const wait = createWait(parts.timers, parts.signal)
    yield* testLane({ ...parts, lane: name, wait, stopped })
  }
}

async function* testLane(test: LaneTest): AsyncGenerator<SelfTestEvent, void> {
  const devices = test.control.devices().filter(one => one.lane === test.lane)
  const board = devices.find(isBoard)
  const readers = devices.filter(one => !isBoard(one))
  const taken = takeLane(test)
  try {
    const works = board?.state === 'ready'
    if (board !== undefined) yield told(checkDevice(test, board))
    if (works) for (const finding of await checkContacts(test)) yield told(finding)
    yield* testWhatMoves(test, works, readers)
  } finally {
    if (taken) await giveBack(test)
  }
}

async function* testWhatMoves(
  test: LaneTest,
  works: boolean,
  readers: readonly DeviceStatus[],
): AsyncGenerator<SelfTestEvent, void> {
  const why = works ? await whyNot(test) : BOARD_FIRST
  if (test.stopped()) return
  if (why === undefined) {
    yield* testBeams(test)
    for (const finding of await testRelays(test)) yield told(finding)
    yield* testSignals(test)
  } else {
    yield told(notTested(test, 'relays', why))
    yield told(notTested(test, 'lamps and buzzer', why))
  }
  for (const reader of readers) {
    if (test.stopped()) return
    const mayAsk = laneOf(test.control, test.lane)?.modes.maintenance === true
    yield* testReader({ ...test, attended: test.attended && mayAsk }, reader)
  }
}

interface Why {
  readonly what: string
  readonly action: string
}

const BOARD_FIRST: Why = {
  what: 'the board is not ready',
  action: 'Mend the board first, then test again',
}

/** Puts the lane into maintenance; true: it was not, and is to be put back. */
function takeLane({ control, lane, by, maintenance }: LaneTest): boolean {
  if (maintenance === 'leave' || laneOf(control, lane)?.modes.maintenance !== false) return false
  return control.lane.setModes(lane, { maintenance: true }, { by, reason: REASON }).ok
}

/** As it was; what others have set meanwhile stays. Tries while another config starts. */
async function giveBack({ control, lane, by, timers }: LaneTest): Promise<void> {
  const wait = createWait(timers, undefined)
  for (let leftMs = BACK_MS_MAX; leftMs > 0; leftMs -= LOOK_MS) {
    const back = control.lane.setModes(lane, { maintenance: false }, { by, reason: REASON })
    if (back.ok || back.code !== 'NOT_RUNNING') return
    await wait(LOOK_MS)
  }
}

/** Waits for a passage to end; why nothing may move here, if so. */
async function whyNot(test: LaneTest): Promise<Why | undefined> {
  const { control, lane } = test
  const serves = () => !['Maintenance', 'OutOfService'].includes(laneOf(control, lane)?.state ?? '')
  if (laneOf(control, lane)?.modes.maintenance !== true) {
    const action = `Set the lane to maintenance: mode ${lane} maintenance`
    return { what: 'moving parts are tested in maintenance alone', action }
  }
  const emergency = () => laneOf(control, lane)?.state === 'Emergency'
  for (let leftMs = TAKE_MS_MAX; serves() && !emergency() && leftMs > 0; leftMs -= LOOK_MS) {
    if (test.stopped()) return undefined
    await test.wait(LOOK_MS)
  }
  if (emergency()) {
    return { what: 'the lane is open for everyone', action: 'End the fire or emergency first' }
  }
  if (serves()) return { what: 'somebody is in the lane', action: 'Clear it, then test again' }
  if (activeOf(test).some(one => one.startsWith('beam'))) {
    return { what: 'a beam is interrupted', action: 'Clear the lane or mend the beam first' }
  }
  return activeOf(test).includes('stop')
    ? { what: 'stop is pressed', action: 'Release the stop button first' }
    : undefined
}

function notTested({ lane }: LaneTest, part: string, why: Why): Finding {
  return { part, lane, result: 'skipped', where: '', ...why }
}
