/** Every program and every command of one: a misspelt option, no command at all, and help. */
import { execFileSync, type StdioOptions, spawn } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'

interface Package {
  readonly scripts: Readonly<Record<string, string>>
}

const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as Package
/** The file of each npm command that is a program of ours, and one that has none. */
const PROGRAMS = [
  ...Object.values(scripts).flatMap(line => /^node (?:--\S+ )*(\S+\.ts)$/.exec(line)?.[1] ?? []),
  'scripts/tidy.ts',
]

/** Commands of a program that read their options themselves, or take others than the rest of it. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'scripts/pass.ts': ['decode x', 'verify x', 'present x', 'key x', 'proof'],
  'scripts/trust.ts': ['rotate'],
  'server/main.ts': ['staff add x'],
}
/** Of programs with commands, and of one that takes none. */
const HELPED = [
  'pass',
  'trust',
  'board',
  'console',
  'firmware',
  'check',
  'tidy',
  'scan',
  'replay',
  'mutate',
  'screenshots',
  'gate-install',
].map(one => `scripts/${one}.ts`)
/** Do nothing without a command, or without what must be said. */
const BARE_REFUSED = [
  'scripts/pass.ts',
  'scripts/trust.ts',
  'scripts/scan.ts',
  'scripts/replay.ts',
  'scripts/console.ts',
  'scripts/gate-install.ts',
  'gate/main.ts',
  'server/main.ts',
]

async function run(program: string, args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise(resolve => child.once('exit', resolve)),
  ])
  return { code, stdout, stderr }
}

/** The end of a pipe that is written to; whoever read at the other end has gone. */
function unreadPipe(): number {
  const pipe = join(tempDir(), 'pipe')
  execFileSync('mkfifo', [pipe])
  // Without waiting for somebody who writes.
  const read = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
  const written = openSync(pipe, 'w')
  closeSync(read)
  return written
}

/** What a program ends with that nobody reads. */
async function runUnread(program: string, args: readonly string[]) {
  const pipe = unreadPipe()
  const stdio: StdioOptions = ['ignore', pipe, 'pipe']
  const child = spawn(process.execPath, [program, ...args], { cwd: ROOT, stdio })
  closeSync(pipe)
  const [stderr, code] = await Promise.all([
    text(child.stderr as Readable),
    new Promise(resolve => child.once('exit', resolve)),
  ])
  return { code, stderr }
}

/** Two at a time: each is a Node of its own. */
async function each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all]
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one)
  }
  await Promise.all([worker(), worker()])
}

t.test('every program is walked', async t => {
  t.ok(PROGRAMS.length >= 16, `${PROGRAMS.length} programs`)
  for (const program of [...Object.keys(COMMANDS), ...HELPED, ...BARE_REFUSED]) {
    t.ok(PROGRAMS.includes(program), program)
  }
})

t.test(
  'a misspelt option ends each command with its nearest name',
  { timeout: 120_000 },
  async t => {
    const all = PROGRAMS.flatMap(program =>
      ['', ...(COMMANDS[program] ?? [])].map(command => ({ program, command })),
    )
    await each(all, async ({ program, command }) => {
      const args = [...command.split(' ').filter(Boolean), '--hepl']
      const { code, stdout, stderr } = await run(program, args)
      const name = `${program} ${command}`
      t.equal(code, 2, name)
      t.match(stderr, /unknown option --hepl: did you mean --help\?/, name)
      t.equal(stdout, '', name)
    })
  },
)

t.test('--help is answered on standard output', async t => {
  await each(HELPED, async program => {
    const { code, stdout, stderr } = await run(program, ['--help'])
    t.equal(code, 0, `${program} ${stderr}`)
    t.match(stdout, /npm |node /, program)
  })
  const { stdout } = await run('scripts/pass.ts', ['verify', '--help'])
  t.match(stdout, /--environment production\|test/)
})

t.test('with nobody who reads it, as behind `| true`, each ends without a fault', async t => {
  // A program of scripts/ says so itself, or has its options refused by what says so.
  const scripts = PROGRAMS.filter(one => one.startsWith('scripts/'))
  for (const program of [...scripts, 'scripts/house/no-options.ts']) {
    const source = readFileSync(join(ROOT, program), 'utf8')
    t.ok(/^ *endWithReader\(process\)$|^refuseOptions\($/m.test(source), program)
  }
  const ended: [string, number][] = [
    ['gate/main.ts --help', 141],
    ['gate/main.ts --schema', 141],
    ['server/main.ts --help', 141],
    ['scripts/trust.ts --help', 141],
    // It has ended by itself before it is told.
    ['scripts/tidy.ts --help', 0],
  ]
  await each(ended, async ([line, code]) => {
    const [program = '', ...args] = line.split(' ')
    t.same(await runUnread(program, args), { code, stderr: '' }, line)
  })
})

t.test('without what must be said: what is missing on standard error, exit code 2', async t => {
  await each(BARE_REFUSED, async program => {
    const { code, stdout, stderr } = await run(program, [])
    t.equal(code, 2, program)
    t.equal(stdout, '', program)
    t.match(stderr, /--help|npm run/, program)
  })
})

t.test('an option of another command is refused, not passed over', async t => {
  const wrong: [string, string, RegExp][] = [
    ['server/main.ts', 'staff list --head x --config y', /--head is not an option/],
    ['server/main.ts', '--role agent --config y', /--role is not an option/],
    ['scripts/trust.ts', 'rotate --root 1 --dir x', /--root is not .*did you mean --roots\?/],
    ['gate/main.ts', '--config x --by NAME', /--by is not an option/],
    ['scripts/replay.ts', '--scans x --seed 5', /--seed is not an option of this command/],
    ['scripts/replay.ts', 'x.json --at now', /--at is not an option of this command/],
    ['scripts/replay.ts', '--codes 1 --update', /--update is not an option of this command/],
    ['scripts/pass.ts', 'decode x y', /one argument too many: "y"/],
  ]
  await each(wrong, async ([program, line, told]) => {
    const { code, stderr } = await run(program, line.split(' '))
    t.equal(code, 2, line)
    t.match(stderr, told, line)
  })
})
