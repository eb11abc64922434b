/** `test all`: the self-test, told line by line as it goes, with what somebody at the lane is asked. */
import type { Finding } from '../../selftest/finding.ts'
import { runSelfTest } from '../../selftest/self-test.ts'
import { type Answered, type Caller, type Command, shown } from '../command.ts'
import { wrapped } from '../layout.ts'

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
]

const WORDS = { pass: 'pass', fail: 'FAIL', unsure: 'unsure', skipped: 'skipped' } as const

async function testAll(caller: Caller, attended: boolean): Promise<Answered> {
  const stop = new AbortController()
  caller.left.addEventListener('abort', () => stop.abort(), { once: true })
  const { control, by, selfTest } = caller
  const findings: Finding[] = []
  caller.print(`${attended ? 'Stand at the lanes. ' : ''}Ctrl-C ends the test.`)
  const parts = { ...selfTest, control, by, attended, maintenance: 'take' as const }
  for await (const event of runSelfTest({ ...parts, signal: stop.signal })) {
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
  if (stop.signal.aborted) return shown(['Stopped: lanes are as they were.'], findings)
  return shown([summary(findings)], findings)
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
