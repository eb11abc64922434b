/**
 * `npm run check`: what CI runs, in order of cost: house rules, lint and format, types, tests.
 * Goes on after a failure, so that one run tells everything; the last line counts tests.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { refuseOptions } from './house/no-options.ts'

interface Step {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

interface Outcome {
  readonly ok: boolean
  readonly seconds: number
  readonly output: string
}

refuseOptions(
  'check',
  'npm run check\n\nHouse rules, lint and format, types, tests, in order of cost. Exit codes: 0 all hold, 1 not.\n',
)

const root = join(import.meta.dirname, '..')
const bin = (name: string): string => join(root, 'node_modules/.bin', name)

const STEPS: readonly Step[] = [
  { name: 'house rules', command: process.execPath, args: [join(root, 'scripts/tidy.ts')] },
  { name: 'lint and format', command: bin('biome'), args: ['ci', '--error-on-warnings'] },
  { name: 'types', command: bin('tsc'), args: ['--noEmit', '-p', root] },
  { name: 'tests', command: 'npm', args: ['test'] },
]

/** Streams what the step prints, and keeps it. */
async function run(step: Step): Promise<Outcome> {
  const from = performance.now()
  const child = spawn(step.command, step.args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      output += text
      process.stdout.write(text)
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { ok: code === 0, seconds: (performance.now() - from) / 1000, output }
}

/** The runner's last line, `# { total: 5, pass: 2, fail: 1 }`, leaves zeros out. */
function countOf(output: string, what: 'pass' | 'fail' | 'skip'): number {
  const summary = [...output.matchAll(/^# \{ total: .*\}$/gm)].at(-1)?.[0] ?? ''
  return Number(new RegExp(`\\b${what}: (\\d+)`).exec(summary)?.[1] ?? 0)
}

const outcomes = new Map<string, Outcome>()
for (const step of STEPS) {
  process.stdout.write(`\n=== ${step.name}\n`)
  outcomes.set(step.name, await run(step))
}

process.stdout.write('\n')
for (const [name, { ok, seconds }] of outcomes) {
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)\n`)
}
const tests = outcomes.get('tests')?.output ?? ''
const passed = countOf(tests, 'pass')
const failed = countOf(tests, 'fail')
const allOk = [...outcomes.values()].every(outcome => outcome.ok)
process.exitCode = allOk && passed > 0 && failed === 0 ? 0 : 1
process.stdout.write(`${passed} passed, ${failed} failed\n`)
