/**
 * `npm run check`: what CI runs, in order of cost: house rules, lint and format, types, tests.
 * Goes on after a failure, so that one run tells everything; the last line counts tests.
 *
 * A few test files that failed run once more, one at a time: they use real processes, ports and
 * clocks, and a busy machine can make one late. A file that passes alone is named as unsteady and
 * fails nothing. A file that fails twice has failed.
 */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
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
const WEB = join(root, 'server/web')
const bin = (name: string): string => join(root, 'node_modules/.bin', name)

/** The runner writes the files that failed here, one a line, and runs those alone that it finds here. */
const FAILED_FILES = '.tap/failed-files'
/** More files than these fail by a fault, not by chance. */
const AGAIN_FILES_MAX = 5

const STEPS: readonly Step[] = [
  { name: 'house rules', command: process.execPath, args: [join(root, 'scripts/tidy.ts')] },
  { name: 'lint and format', command: bin('biome'), args: ['ci', '--error-on-warnings'] },
  { name: 'types', command: bin('tsc'), args: ['--noEmit', '-p', root] },
  { name: 'types of the pages', command: bin('tsc'), args: ['--noEmit', '-p', WEB] },
  { name: 'tests', command: 'npm', args: ['test', '--', `--save=${FAILED_FILES}`] },
]
const FAILED_TESTS_AGAIN: Step = {
  name: 'failed tests again',
  command: bin('tap'),
  args: [`--save=${FAILED_FILES}`, '--jobs=1'],
}

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

function failedFiles(): readonly string[] {
  try {
    return readFileSync(join(root, FAILED_FILES), 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}

const outcomes = new Map<string, Outcome>()
async function take(step: Step): Promise<Outcome> {
  process.stdout.write(`\n=== ${step.name}\n`)
  const outcome = await run(step)
  outcomes.set(step.name, outcome)
  return outcome
}

rmSync(join(root, FAILED_FILES), { force: true })
for (const step of STEPS) {
  await take(step)
}
const failedOnce = failedFiles()
const again =
  failedOnce.length > 0 && failedOnce.length <= AGAIN_FILES_MAX
    ? await take(FAILED_TESTS_AGAIN)
    : undefined

process.stdout.write('\n')
for (const [name, { ok, seconds }] of outcomes) {
  const unsteady = !ok && name === 'tests' && again?.ok
  const word = ok ? 'ok      ' : unsteady ? 'UNSTEADY' : 'FAILED  '
  process.stdout.write(`${word} ${name} (${seconds.toFixed(1)} s)\n`)
}
for (const file of again?.ok ? failedOnce : []) {
  process.stdout.write(`${file} failed beside other tests and passed alone: find out why\n`)
}

const tests = outcomes.get('tests')?.output ?? ''
const passed = countOf(tests, 'pass')
const failed = again?.ok ? 0 : countOf(tests, 'fail')
const allOk = [...outcomes].every(([name, { ok }]) => ok || (name === 'tests' && again?.ok))
process.exitCode = allOk && passed > 0 && failed === 0 ? 0 : 1
process.stdout.write(`${passed} passed, ${failed} failed\n`)
