/** The self-test and its parts, told line by line as they go, with what somebody at the lane is asked. */
import type { Direction } from '../../contract/events.ts'
import { ENGLISH } from '../../contract/sentences-en.ts'
import { checkBeams } from '../../selftest/beams-by-hand.ts'
import type { Finding, LaneTest, SelfTestEvent, SelfTestParts } from '../../selftest/finding.ts'
import { cutCodes, whyNothingRead } from '../../selftest/reader-check.ts'
import { runSelfTest } from '../../selftest/self-test.ts'
import { createWait } from '../../selftest/waiting.ts'
import {
  type Answered,
  type Caller,
  type Command,
  failed,
  refusedBy,
  shown,
  type Typings,
} from '../command.ts'
import { wrapped } from '../layout.ts'
import { absence } from './lanes.ts'

export const SELF_TEST_COMMANDS: readonly Command[] = [
  {
    syntax: 'test all',
    level: 'technician',
    says: 'tests every part and names the broken one; lanes go into maintenance one by one',
    run: caller => testAll(caller, true),
  },
  {
    syntax: 'test all unattended',
    level: 'technician',
    says: 'the same without questions: lamps, buzzers and readers stay unsure',
    run: caller => testAll(caller, false),
  },
  {
    syntax: 'test beams LANE',
    level: 'technician',
    says: 'asks for a hand in each beam, and names one that does not see it',
    run: testBeams,
  },
  {
    syntax: 'test scan LANE WAY:entry|exit',
    level: 'technician',
    says: 'asks for a code before a reader: what was read, and what it would be told',
    run: testScan,
  },
]

const WORDS = { pass: 'pass', fail: 'FAIL', unsure: 'unsure', skipped: 'skipped' } as const

async function testAll(caller: Caller, attended: boolean): Promise<Answered> {
  const stop = stopOf(caller)
  caller.print(`${attended ? 'Stand at the lanes. ' : ''}Ctrl-C ends the test.`)
  const parts = partsOf(caller, stop.signal)
  const findings = await tell(caller, runSelfTest({ ...parts, attended }), stop)
  if (stop.signal.aborted) return shown(['Stopped: lanes are as they were.'], findings)
  return shown([summary(findings)], findings)
}

async function testBeams(caller: Caller, typed: Typings): Promise<Answered> {
  const lane = typed.of('LANE')
  const absent = absence(caller.control, lane)
  if (absent !== undefined) return absent
  const test = laneTest(caller, lane)
  if (test === undefined) return failed('NOT_IN_MAINTENANCE')
  const findings = await tell(caller, checkBeams(test), stopOf(caller))
  return shown([], findings)
}

async function testScan(caller: Caller, typed: Typings): Promise<Answered> {
  const { control, by, left: signal, terminal } = caller
  const [lane, way] = [typed.of('LANE'), typed.of('WAY') as Direction]
  const cutBefore = await cutCodes({ control, lane })
  const onWaiting = () => {
    caller.print(`? lane ${lane}: Hold a code before a reader for ${way}. Ctrl-C ends it.`)
  }
  const answer = await control.lane.readCode(lane, way, { by, signal, onWaiting })
  if (answer.ok) {
    const { ok: _, ...read } = answer
    const { reader, chars, told, trace } = read
    const steps = trace.map(ENGLISH.rule)
    const line = `${reader} read ${chars} characters: it would be told ${told}.`
    return shown(
      [line, ...steps].flatMap(one => wrapped(one, terminal.columns, '    ')),
      read,
    )
  }
  if (answer.code !== 'NOTHING_READ') return refusedBy(answer)
  const findings = await whyNothingRead({ control, lane }, cutBefore)
  return shown(
    findings.flatMap(one => linesOf(one, terminal.columns)),
    findings,
  )
}

/** Undefined for a lane that serves somebody. */
function laneTest(caller: Caller, lane: string): LaneTest | undefined {
  const found = caller.control.lanes().find(({ name }) => name === lane)
  const servesNobody = ['Maintenance', 'OutOfService'].includes(found?.state ?? '')
  if (found?.modes.maintenance !== true || !servesNobody) return undefined
  const { left } = caller
  const wait = createWait(caller.selfTest.timers, left)
  return { ...partsOf(caller, left), lane, wait, stopped: () => left.aborted }
}

function partsOf({ control, by, selfTest }: Caller, signal: AbortSignal): SelfTestParts {
  return { ...selfTest, control, by, attended: true, maintenance: 'take', signal }
}

/** Fires when the user is gone, and by the Ctrl-C of a question. */
function stopOf({ left }: Caller): AbortController {
  const stop = new AbortController()
  left.addEventListener('abort', () => stop.abort(), { once: true })
  return stop
}

/** Prints what it finds and asks. */
async function tell(
  caller: Caller,
  events: AsyncIterable<SelfTestEvent>,
  stop: AbortController,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for await (const event of events) {
    if (event.type === 'finding') {
      const { type, ...finding } = event
      findings.push(finding)
      for (const line of linesOf(finding, caller.terminal.columns)) caller.print(line)
      continue
    }
    const { question, lane, answer } = event
    caller.print(`? lane ${lane}: ${question}${answer ? ' (y or n)' : ''}`)
    if (answer) void keyed(caller, answer, stop)
  }
  return findings
}

/** The next y or n. A question that ran out of time leaves its key to the next one. */
async function keyed(
  caller: Caller,
  answer: (yes: boolean) => void,
  stop: AbortController,
): Promise<void> {
  try {
    for (;;) {
      const key = String.fromCharCode(await caller.key()).toLowerCase()
      if (key === CTRL_C) return stop.abort()
      if (key === 'y' || key === 'n') return answer(key === 'y')
    }
  } catch {
    // Nobody is there any more.
    stop.abort()
  }
}

const CTRL_C = '\x03'

function linesOf({ part, lane, result, code, what, where, action }: Finding, columns: number) {
  const name = lane === undefined || part.startsWith(`${lane}.`) ? part : `${part}, lane ${lane}`
  const said = `${WORDS[result].padEnd(8)}${name}: ${code === undefined ? '' : `${code}: `}${what}`
  return [
    ...wrapped(said, columns, INDENT),
    ...(where === '' ? [] : wrapped(`${INDENT}where: ${where}`, columns, INDENT)),
    ...(action === '' ? [] : wrapped(`${INDENT}do: ${action}`, columns, INDENT)),
  ]
}

const INDENT = ' '.repeat(8)

function summary(findings: readonly Finding[]): string {
  const count = (result: Finding['result']) => findings.filter(one => one.result === result).length
  const broken = findings.filter(({ result }) => result === 'fail').map(({ part }) => part)
  const verdict = broken.length === 0 ? 'Nothing is broken' : `Broken: ${broken.join(', ')}`
  return `${verdict}; ${count('pass')} pass, ${count('unsure')} unsure, ${count('skipped')} not tested.`
}
