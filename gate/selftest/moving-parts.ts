/** A lane's relays, by their feedback contact, and its lamps and buzzer, by somebody's eyes and ears. */
import type { Refused } from '../contract/control.ts'
import type { Direction } from '../contract/events.ts'
import { TEST_MS } from '../contract/part-test.ts'
import type { Sign } from '../contract/sign.ts'
import { activeOf, SETTLE_MS, whereOf } from './at-rest.ts'
import {
  actionOf,
  type Finding,
  type LaneTest,
  passed,
  type SelfTestEvent,
  told,
} from './finding.ts'
import { createAnswer } from './waiting.ts'

const DIRECTIONS: readonly Direction[] = ['entry', 'exit']
/** How often a relay is tried again while the barrier moves. */
const TRIES = 5
/** How long a sign is shown, and how long somebody has to say whether they saw it. Milliseconds. */
const SIGN_MS = 3000
const ANSWER_MS_MAX = 20_000

/** What each lamp, and the buzzer, is shown by. */
const SIGNALS: readonly { part: string; name: string; sign: Sign; question: string }[] = [
  { part: 'lamp arrow', name: 'arrow', sign: 'pass', question: 'Is the green arrow lit?' },
  { part: 'lamp cross', name: 'cross', sign: 'refuse', question: 'Is the red cross lit?' },
  { part: 'lamp amber', name: 'amber', sign: 'service', question: 'Is the amber lamp lit?' },
  { part: 'buzzer', name: 'buzzer', sign: 'intrusion', question: 'Is there a steady tone?' },
]

const HANGING = 'closed though no relay is energised: a relay hangs, and the barrier may be open'
const UNHANG =
  'Pull one relay after the other: the one that opens it hangs; if none does, its wires touch'
const SUPPLY = 'See the supply of the relays, then the feedback contact and its wire'

type Tested = 'followed' | 'stuck' | 'hangs' | 'unchecked' | Refused

/**
 * A relay that does not let go ends it, and one that is closed at the beginning keeps it from
 * beginning: the barrier may be open then. Where no relay is followed, their contact is at fault.
 */
export async function testRelays(test: LaneTest): Promise<Finding[]> {
  if (hangs(test)) return [feedbackFault(test, HANGING, UNHANG)]
  const results = new Map<Direction, Tested>()
  for (const relay of DIRECTIONS) {
    if (test.stopped() || [...results.values()].includes('hangs')) break
    const result = await testRelay(test, relay)
    const isMissing = typeof result === 'object' && result.code === 'NO_SUCH_PART'
    if (!isMissing) results.set(relay, result)
  }
  const all = [...results.values()]
  if (all.length > 1 && all.every(one => one === 'stuck')) {
    return [feedbackFault(test, 'it follows no relay', SUPPLY)]
  }
  return [...results].map(([relay, result]) => relayFinding(test, relay, result))
}

async function testRelay(test: LaneTest, relay: Direction): Promise<Tested> {
  const { control, lane, by } = test
  for (let tries = 1; ; tries++) {
    const answer = await control.lane.test(lane, { part: 'relay', relay, ms: TEST_MS }, by)
    const moves = !answer.ok && answer.code === 'BARRIER_BUSY'
    if (moves && tries < TRIES && !test.stopped()) await test.wait(SETTLE_MS)
    else if (!answer.ok) return answer
    else return hangs(test) ? 'hangs' : answer.result
  }
}

/** Nothing is energised now. */
function hangs(test: LaneTest): boolean {
  return activeOf(test).includes('relayFeedback')
}

function relayFinding(test: LaneTest, relay: Direction, result: Tested): Finding {
  const { lane, control } = test
  const part = `relay ${relay}`
  if (result === 'followed') return passed(part, 'its contact followed it', lane)
  const where = whereOf(test, relay, `relay ${relay}`)
  if (typeof result === 'object') return refused(test, part, result)
  if (result === 'unchecked') {
    const what = 'it was energised; nothing tells whether it moved'
    const action = 'Look at the barrier and listen to the relay'
    return { part, lane, result: 'unsure', what, where, action }
  }
  const code = 'RELAY_STUCK'
  const what =
    result === 'hangs'
      ? 'it was released, and its contact stays closed: the barrier may be open'
      : 'it was energised, and its contact did not close'
  const action = `${actionOf(control, code)}; before that see its plug and its supply`
  return { part, lane, result: 'fail', code, what, where, action }
}

function feedbackFault(test: LaneTest, what: string, action: string): Finding {
  return {
    ...{ part: 'relay feedback', lane: test.lane, result: 'fail', code: 'RELAY_STUCK', what },
    where: whereOf(test, 'relayFeedback', 'feedback contact'),
    action,
  }
}

export function refused({ lane, control }: LaneTest, part: string, { code }: Refused): Finding {
  const action = actionOf(control, code)
  return { part, lane, result: 'skipped', code, what: 'not tested', where: '', action }
}

/** Each is shown while somebody is asked; without anybody it is shown, and nothing is known of it. */
export async function* testSignals(test: LaneTest): AsyncGenerator<SelfTestEvent> {
  for (const { part, name, sign, question } of SIGNALS) {
    if (test.stopped()) return
    const { control, lane, by } = test
    const showing = control.lane.test(lane, { part: 'sign', sign, ms: SIGN_MS }, by)
    const { answer, within } = createAnswer(test.wait, ANSWER_MS_MAX)
    if (test.attended) {
      yield { type: 'ask', lane, part, question, withinMs: ANSWER_MS_MAX, answer }
    }
    const seen = test.attended ? await within() : undefined
    const shown = await showing
    if (shown.ok) yield told(signalFinding(test, part, name, seen))
    else yield told(refused(test, part, shown))
  }
}

function signalFinding(test: LaneTest, part: string, name: string, seen?: boolean): Finding {
  const { lane } = test
  if (seen === true) return passed(part, 'seen', lane)
  const where = whereOf(test, name, part)
  if (seen === undefined) {
    const action = 'Test it again and look at it'
    return { part, lane, result: 'unsure', what: 'it was told to; nobody saw it', where, action }
  }
  const action = 'Replace it; before that see its plug, its wire and its supply'
  return { part, lane, result: 'fail', what: 'it was told to, and did not', where, action }
}
