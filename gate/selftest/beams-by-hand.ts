/**
 * Beams that are never interrupted: a bridged wire, or a receiver that sees another sender. At rest
 * they look well; only a hand in each tells.
 */
import { boardOfLane } from '../contract/lane-board.ts'
import { activeOf, checkContacts, checkDevice, isBoard, whereOf } from './at-rest.ts'
import { type Finding, type LaneTest, passed, type SelfTestEvent, told } from './finding.ts'

const HANDS_MS_MAX = 20_000
const LOOK_MS = 50

/** Those that count people; a low beam, where there is one, besides. */
const BEAMS = {
  tripod: ['beamA', 'beamB'],
  flap: ['beamA', 'beamB', 'beamC', 'beamD', 'beamE', 'beamF'],
} as const

/** `test beams`: those that are interrupted at rest, else each by hand. For a lane in maintenance. */
export async function* checkBeams(test: LaneTest): AsyncGenerator<SelfTestEvent> {
  const board = test.control.devices().find(one => one.lane === test.lane && isBoard(one))
  if (board !== undefined && board.state !== 'ready') return yield told(checkDevice(test, board))
  const atRest = await checkContacts(test)
  const beams = atRest.filter(({ part }) => part.startsWith('beam'))
  for (const finding of beams) yield told(finding)
  if (beams.every(({ result }) => result === 'pass')) yield* testBeams(test)
}

/** Ends when each has seen the hand and is free again. Asks nobody where nobody is. */
export async function* testBeams(test: LaneTest): AsyncGenerator<SelfTestEvent> {
  const beams = beamsOf(test)
  if (!test.attended || beams.length === 0) return
  const letters = beams.map(letterOf).join(', ')
  const question = `Hold a hand in each beam, one after the other: ${letters}`
  yield { type: 'ask', lane: test.lane, part: 'beams', question, withinMs: HANDS_MS_MAX }
  const seen = new Set<string>()
  for (let leftMs = HANDS_MS_MAX; leftMs > 0 && !test.stopped(); leftMs -= LOOK_MS) {
    const active = activeOf(test)
    for (const beam of active) seen.add(beam)
    if (beams.every(beam => seen.has(beam) && !active.includes(beam))) break
    await test.wait(LOOK_MS)
  }
  if (test.stopped()) return
  for (const finding of judge(test, beams, seen)) yield told(finding)
}

function beamsOf({ control, lane }: LaneTest): string[] {
  const board = boardOfLane(control.config.running(), lane)
  if (board === undefined) return []
  const { profile, pins } = board
  const low = typeof pins.beamLow === 'number' || typeof pins.beamLow === 'object'
  const all = [...BEAMS[profile], ...(low ? (['beamLow'] as const) : [])]
  return all.filter(beam => pins[beam] !== null)
}

const letterOf = (beam: string) => beam.slice('beam'.length)

function judge(test: LaneTest, beams: readonly string[], seen: ReadonlySet<string>): Finding[] {
  const { lane } = test
  const part = 'beams by hand'
  const blind = beams.filter(beam => !seen.has(beam))
  if (blind.length === 0) return [passed(part, 'each saw the hand', lane)]
  if (blind.length === beams.length) {
    const action = 'Test again, and hold a hand in each beam'
    return [{ part, lane, result: 'unsure', what: 'no hand came', where: '', action }]
  }
  return blind.map(beam => ({
    ...{ part: `beam ${letterOf(beam)}`, lane, result: 'fail' },
    what: 'a hand does not interrupt it: its wires touch, or it sees another sender',
    where: whereOf(test, beam),
    action: 'Part its wires at the board: if it is interrupted then, replace it, else the wire',
  }))
}
