/** `npm run gate:install`: a folder with the gate controller and nothing else of the project. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { closureOf } from './install/closure.ts'
import { gatePackage, type Package } from './install/gate-package.ts'
import { dropNodeHeaders } from './install/node-headers.ts'

const HELP = `npm run gate:install -- FOLDER [--files-only]

Puts a gate controller for a site into FOLDER, which must be empty or not there yet: its modules, its
manual, the board's firmware and the packages that it loads, with its own Node. No service, no pages,
no simulator, no tests, no tools. Then, in FOLDER:

  npm run gate -- --config site/gate.json
  npm run console -- --socket site/data/console.sock

The packages come from npm's registry, at the versions of package-lock.json.

  --files-only  no packages: run npm ci in FOLDER later, where there is a network
  --help        this text

Exit codes: 0 installed, 1 npm failed, 2 wrong arguments.
`
const OPTIONS = { 'files-only': { type: 'boolean' }, help: { type: 'boolean' } } as const
const ROOT = resolve(import.meta.dirname, '..')
const PROGRAMS = ['gate/main.ts', 'scripts/console.ts']
/** For whoever installs and repairs it, and what the board is flashed with. */
const BESIDE = [
  'LICENSE',
  'gate/*.md',
  'gate/console/console.md',
  'gate/config.schema.json',
  'gate/wicketgate-gate.service',
  'hardware/firmware/gate.hex*',
  'hardware/drivers/*.md',
]
const LOCK = 'package-lock.json'
/** Rewrites the lock file for fewer packages: all that it needs stands in it already. */
const PRUNE = ['install', '--package-lock-only', '--offline', '--ignore-scripts']
const QUIET = ['--no-audit', '--no-fund']

async function main(): Promise<number> {
  endWithReader(process)
  const { values, positionals } = readOptions(OPTIONS, () =>
    parseArgs({ allowPositionals: true, options: OPTIONS }),
  )
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const [given, ...more] = positionals
  if (given === undefined || more.length > 0) throw new OptionError('say one FOLDER; see --help')
  const folder = resolve(given)
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new OptionError(`${given} is not empty: name a folder that is, or that is not there yet`)
  }
  const files = writeFiles(folder)
  process.stdout.write(`${files} files of the gate are in ${given}\n`)
  await npm(folder, [...PRUNE, ...QUIET])
  if (values['files-only'] === true) {
    process.stdout.write('run npm ci there before the first start\n')
    return 0
  }
  process.stdout.write('installing packages, about ten seconds ...\n')
  await npm(folder, ['ci', ...QUIET])
  dropNodeHeaders(folder)
  process.stdout.write('installed: npm run gate -- --help\n')
  return 0
}

/** Gives how many there are. */
function writeFiles(folder: string): number {
  const { files, packages } = closureOf(ROOT, PROGRAMS)
  const all = [...files, ...globSync(BESIDE, { cwd: ROOT })]
  for (const path of all) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    copyFileSync(join(ROOT, path), join(folder, path))
  }
  const project = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Package
  const text = JSON.stringify(gatePackage(project, packages), null, 2)
  writeFileSync(join(folder, 'package.json'), `${text}\n`)
  copyFileSync(join(ROOT, LOCK), join(folder, LOCK))
  return all.length + 2
}

/** Rejects with what npm printed when it fails. */
async function npm(folder: string, args: readonly string[]): Promise<void> {
  const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`npm ${args[0]} failed (${code}):\n${said.trim()}`)
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`gate:install: ${(error as Error).message}\n`)
  process.exitCode = error instanceof OptionError ? 2 : 1
}
