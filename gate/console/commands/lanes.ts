/** Commands that act on a lane: its modes, tests of single parts, pretended input. */
import type { LaneModes } from '../../contract/events.ts'
import { TEST_MS } from '../../contract/part-test.ts'
import { ENGLISH } from '../../contract/sentences-en.ts'
import { SIGNS, type Sign, SOUNDED } from '../../contract/sign.ts'
import {
  type Answered,
  type Caller,
  type Command,
  failed,
  refusedBy,
  shown,
  type Typings,
} from '../command.ts'

const DIRECTIONS = ['entry', 'exit'] as const

export const LANE_COMMANDS: readonly Command[] = [
  {
    syntax: 'mode LANE HOW:controlled|free|closed [WAY:entry|exit]',
    level: 'technician',
    says: 'asks for passes, stands open, or lets nobody; both ways unless one is named',
    run(caller, typed) {
      const how = typed.of('HOW') as LaneModes['entry']
      const way = typed.maybe('WAY')
      const ways = DIRECTIONS.filter(one => way === undefined || way === one)
      const change = Object.fromEntries(ways.map(one => [one, how]))
      return setModes(caller, typed, { ...change, maintenance: false, emergency: false })
    },
  },
  {
    syntax: 'mode LANE maintenance',
    level: 'technician',
    says: 'locked, no scans, nothing is an alarm: for tests of parts',
    run: (caller, typed) => setModes(caller, typed, { maintenance: true, emergency: false }),
  },
  {
    syntax: 'mode LANE emergency',
    level: 'technician',
    says: 'EMERGENCY RELEASE: open both ways at once, no verdicts; asked twice',
    async run(caller, typed) {
      const lane = typed.of('LANE')
      const absent = absence(caller.control, lane)
      if (absent !== undefined) return absent
      caller.print(`Lane ${lane} opens both ways for everyone, until its mode is set again.`)
      const sure = await caller.ask(`type the lane's name again: `)
      if (sure?.trim() !== lane) return failed('CANCELLED')
      return setModes(caller, typed, { emergency: true })
    },
  },
  {
    syntax: 'mode LANE normal',
    level: 'technician',
    says: 'as its config says',
    async run(caller, typed) {
      const absent = absence(caller.control, typed.of('LANE'))
      if (absent !== undefined) return absent
      const reason = await caller.ask('reason: ')
      if (reason === undefined) return failed('CANCELLED')
      const { by } = caller
      const answer = caller.control.lane.clearModes(typed.of('LANE'), { by, reason })
      return answer.ok ? laneShown(typed.of('LANE'), answer.state) : refusedBy(answer)
    },
  },
  {
    syntax: 'test relay LANE RELAY:entry|exit [MS]',
    level: 'technician',
    says: 'energises a relay for 100 to 5000 ms; a barrier that it opens, opens',
    run: (caller, typed) =>
      testPart(caller, typed, {
        part: 'relay',
        relay: typed.of('RELAY') as 'entry' | 'exit',
        ms: Number(typed.maybe('MS') ?? TEST_MS),
      }),
  },
  {
    syntax: `test lamp LANE SIGN:${SIGNS.join('|')} [MS]`,
    level: 'technician',
    says: 'shows and sounds a sign: lamps and buzzer',
    run: testSign,
  },
  {
    syntax: `test sound LANE SIGN:${SOUNDED.join('|')} [MS]`,
    level: 'technician',
    says: 'the same for signs that are heard: listen to the buzzer, for 1500 ms unless said',
    run: testSign,
  },
  {
    syntax: 'mock scan LANE WAY:entry|exit TEXT...',
    level: 'technician',
    says: 'what this text of a code would be told; no pass is used, nothing moves',
    run({ control, by }, typed) {
      const way = typed.of('WAY') as 'entry' | 'exit'
      const text = typed.of('TEXT').replace(/^"(.*)"$/, '$1')
      const answer = control.lane.pretendScan(typed.of('LANE'), way, text, by)
      if (!answer.ok) return refusedBy(answer)
      const { told, trace } = answer
      const steps = trace.map(ENGLISH.rule)
      return shown([`It would be told ${told}.`, ...steps], { told, trace })
    },
  },
  {
    syntax: 'mock beam LANE BEAM STATE:on|off',
    level: 'technician',
    says: 'pretends that a beam is interrupted, or ends that',
    run: (caller, typed) => pretend(caller, typed, contactOfBeam(typed.of('BEAM'))),
  },
  {
    syntax: 'mock fire LANE STATE:on|off',
    level: 'technician',
    says: 'pretends the fire input: the barrier OPENS, and staff reset it at the lane',
    run: (caller, typed) => pretend(caller, typed, 'fire'),
  },
  {
    syntax: 'mock contact LANE CONTACT STATE:on|off',
    level: 'technician',
    says: 'pretends any other contact of the lane, or ends that',
    run: (caller, typed) => pretend(caller, typed, typed.of('CONTACT')),
  },
]

function contactOfBeam(beam: string): string {
  return beam.toLowerCase() === 'low' ? 'beamLow' : `beam${beam.toUpperCase()}`
}

async function setModes(
  { control, by, ask }: Caller,
  typed: Typings,
  change: Partial<LaneModes>,
): Promise<Answered> {
  const lane = typed.of('LANE')
  const absent = absence(control, lane)
  if (absent !== undefined) return absent
  const reason = await ask('reason: ')
  if (reason === undefined) return failed('CANCELLED')
  const answer = control.lane.setModes(lane, change, { by, reason: reason.trim() })
  return answer.ok ? laneShown(lane, answer.state) : refusedBy(answer)
}

/** Nobody is asked for a reason, or twice, for a lane that is not there. */
export function absence(control: Caller['control'], name: string): Answered | undefined {
  const lanes = control.lanes()
  if (lanes.some(lane => lane.name === name)) return undefined
  return failed(lanes.length === 0 ? 'NOT_RUNNING' : 'NO_SUCH_LANE')
}

function laneShown(lane: string, state: string): Answered {
  return shown([`Lane ${lane} is ${state}.`], { lane, state })
}

async function testPart(
  { control, by }: Caller,
  typed: Typings,
  part: Parameters<Caller['control']['lane']['test']>[1],
): Promise<Answered> {
  const answer = await control.lane.test(typed.of('LANE'), part, by)
  if (!answer.ok) return refusedBy(answer)
  return shown([TEST_RESULTS[answer.result]], { result: answer.result })
}

function testSign(caller: Caller, typed: Typings): Promise<Answered> {
  const sign = typed.of('SIGN') as Sign
  return testPart(caller, typed, { part: 'sign', sign, ms: Number(typed.maybe('MS') ?? TEST_MS) })
}

const TEST_RESULTS = {
  followed: 'Pass: the feedback contact followed.',
  stuck: 'FAIL: RELAY_STUCK: the feedback contact did not follow: see the relay and its wires.',
  unchecked: 'Done; no contact tells whether it worked: look and listen.',
} as const

function pretend({ control, by }: Caller, typed: Typings, contact: string): Answered {
  const on = typed.of('STATE') === 'on'
  const answer = control.lane.pretendContact(typed.of('LANE'), contact, on, by)
  if (!answer.ok) return refusedBy(answer)
  return shown([`${contact} is ${on ? 'pretended active' : 'what its device says again'}.`], {
    contact,
    on,
  })
}
