import t from 'tap'
import { CASES, isCaseName } from './cases.ts'
import { runCase } from './run.ts'
import { createTrace } from './trace.ts'

/** The steps of one case, on the real programs. */
async function stepsOf(name: string, dir: string): Promise<string[]> {
  if (!isCaseName(name)) throw new Error(name)
  const lines: string[] = []
  await runCase(
    name,
    dir,
    createTrace(true, text => lines.push(text)),
  )
  return lines.map(line => (JSON.parse(line) as { step: string }).step)
}

const DENIED = ['picture', 'scan', 'verdict', 'relay-released', 'service-back', 'uploaded', 'done']
const GRANTED = ['picture', 'scan', 'verdict', 'grant-journaled', 'relay-high']
const END = ['service-back', 'uploaded', 'done']

const EXPECTED: Record<keyof typeof CASES, string[]> = {
  admit: [...GRANTED, 'passage', 'relay-low', 'passage-journaled', ...END],
  'no-turn': [...GRANTED, 'relay-low', 'annulled', ...END],
  crash: [...GRANTED, 'gate-killed', 'restart', ...END],
  screenshot: DENIED,
  revoked: DENIED,
  forged: DENIED,
  expired: DENIED,
  tampered: DENIED,
  'no-proof': DENIED,
  garbage: DENIED,
  replay: DENIED,
}

for (const [name, expected] of Object.entries(EXPECTED)) {
  t.test(`${name}: ${CASES[name as keyof typeof CASES].what}`, async t => {
    const steps = await stepsOf(name, t.testdir())
    t.same(steps.slice(-expected.length), expected)
    t.ok(steps.indexOf('service-stopped') < steps.indexOf('scan'), 'the gate was on its own')
  })
}
