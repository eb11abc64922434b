/**
 * `npm run trust`: the root keys' ceremonies, for a machine without a network. The passphrase comes
 * from TRUST_PASSPHRASE, or is asked for on a terminal.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { PassError } from '../pass/errors.ts'
import { PURPOSES, type Purpose } from '../pass/purpose.ts'
import { CeremonyError, SCOPES_DEFAULT, type Scopes, trustFile } from '../server/ceremony/folder.ts'
import { DAYS_DEFAULT, initTrust, RELEASED_DAYS_DEFAULT } from '../server/ceremony/init.ts'
import {
  newestTrust,
  REPLACEABLE,
  type Replaceable,
  releaseIssuers,
  rotateTrust,
  signDraft,
} from '../server/ceremony/renew.ts'
import { SealedFileError } from '../server/ceremony/sealed-file.ts'
import { describeTrust } from '../server/ceremony/show.ts'

const HELP = `Usage: npm run trust -- init    --dir DIR [--environment test|production] [--days N] [--release N]
                                        [--phone LIST] [--paper LIST]
       npm run trust -- release --dir DIR [--days N]
       npm run trust -- rotate  --dir DIR [--days N] [--replace KEY]... [--roots 1,2]
                                        [--phone LIST] [--paper LIST]
       npm run trust -- sign    --dir DIR --root N
       npm run trust -- show    --dir DIR | --file FILE

  init     makes three root keys, the first trust document signed by two of them, issuer keys for
           N days (default ${DAYS_DEFAULT}; the first ${RELEASED_DAYS_DEFAULT}, or --release, are given to the service), and the
           service's status, time and config keys
  release  gives the service the issuer keys of the next N days (default ${RELEASED_DAYS_DEFAULT}); takes away old ones
  rotate   makes the next trust document: issuer keys for N days ahead (default ${DAYS_DEFAULT}), and a new key
           for each --replace: ${REPLACEABLE.join(', ')}
  sign     adds one root's signature to a document that waits for more
  show     prints a trust document: its keys, windows, what issuer keys are good for, and whether it
           stands

--phone and --paper say what passes of that kind are good for: ${PURPOSES.join(', ')}, with
commas between. A new site gets all of them. Rotate leaves it as it is; with --phone or --paper it
changes keys that have signed nothing yet, so that a pass that is out keeps its meaning.

DIR/trust-1.cbor goes to every gate as its factory trust; the service reads DIR and DIR/online.
DIR/offline holds the sealed keys: keep it off the network, each root key in other hands. What is
printed is JSON.
`

const OPTIONS = {
  dir: { type: 'string' },
  file: { type: 'string' },
  environment: { type: 'string', default: 'production' },
  days: { type: 'string' },
  release: { type: 'string' },
  replace: { type: 'string', multiple: true, default: [] },
  root: { type: 'string' },
  roots: { type: 'string' },
  phone: { type: 'string' },
  paper: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

/** What each command takes beside --help. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  init: ['dir', 'environment', 'days', 'release', 'phone', 'paper'],
  release: ['dir', 'days'],
  rotate: ['dir', 'days', 'replace', 'roots', 'phone', 'paper'],
  sign: ['dir', 'root'],
  show: ['dir', 'file'],
}

function readArguments() {
  return readOptions(
    OPTIONS,
    () => parseArgs({ allowPositionals: true, options: OPTIONS }),
    ({ positionals: [name = ''] }) => [...(TAKEN[name] ?? Object.keys(OPTIONS)), 'help'],
  )
}

type Values = ReturnType<typeof readArguments>['values']

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d{1,4}$/.test(value)) throw new OptionError(`--${name} takes a whole number`)
  return Number(value)
}

/** A list of purposes in any order, each once. */
function scopeOf(name: 'phone' | 'paper', values: Values): readonly Purpose[] | undefined {
  const names = values[name]?.split(',')
  if (names === undefined) return undefined
  const scope = PURPOSES.filter(purpose => names.includes(purpose))
  if (scope.length === names.length && scope.length > 0) return scope
  throw new OptionError(`--${name} takes some of ${PURPOSES.join(',')}, each once`)
}

function scopesIn(values: Values): Partial<Scopes> {
  const [phone, paper] = [scopeOf('phone', values), scopeOf('paper', values)]
  return { ...(phone && { phone }), ...(paper && { paper }) }
}

async function passphrase(): Promise<string> {
  const given = process.env.TRUST_PASSPHRASE
  if (given !== undefined) return given
  if (process.stdin.isTTY !== true) {
    throw new OptionError('set TRUST_PASSPHRASE, or run this on a terminal')
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question('Passphrase of the root keys (it is shown): ')
  terminal.close()
  return answer
}

function directory(values: Values): string {
  if (values.dir === undefined) throw new OptionError('--dir is missing')
  return values.dir
}

const common = async (values: Values) => ({
  dir: directory(values),
  passphrase: await passphrase(),
  now: Date.now(),
})

/** Each gives what is printed. */
const COMMANDS: Readonly<Record<string, (values: Values) => Promise<unknown>>> = {
  async init(values) {
    const { environment } = values
    if (environment !== 'test' && environment !== 'production') {
      throw new OptionError('--environment is test or production')
    }
    const days = wholeNumber('days', values.days)
    const releasedDays = wholeNumber('release', values.release)
    const { phone = SCOPES_DEFAULT.phone, paper = SCOPES_DEFAULT.paper } = scopesIn(values)
    const scopes = { phone, paper }
    const options = { ...(await common(values)), environment, scopes, days, releasedDays } as const
    const result = await initTrust(options)
    return { ...result, issuersUntil: new Date(result.issuersUntil * 1000).toISOString() }
  },
  async release(values) {
    const days = wholeNumber('days', values.days)
    return { released: await releaseIssuers({ ...(await common(values)), days }) }
  },
  async rotate(values) {
    const replace = values.replace.map(name => {
      if ((REPLACEABLE as readonly string[]).includes(name)) return name as Replaceable
      throw new OptionError(`--replace takes one of ${REPLACEABLE.join(', ')}`)
    })
    const staying = [1, 2, 3].filter(root => !replace.includes(`root-${root}` as Replaceable))
    const roots = values.roots?.split(',').map(Number) ?? staying.slice(0, 2)
    const days = wholeNumber('days', values.days) ?? DAYS_DEFAULT
    const scopes = scopesIn(values)
    return rotateTrust({ ...(await common(values)), days, replace, roots, scopes })
  },
  async sign(values) {
    const root = wholeNumber('root', values.root)
    if (root === undefined) throw new OptionError('--root is missing')
    return signDraft({ ...(await common(values)), root })
  },
  async show(values) {
    const dir = values.file === undefined ? directory(values) : ''
    const file = values.file ?? trustFile(dir, newestTrust(dir).version)
    return describeTrust(new Uint8Array(readFileSync(file)), Date.now())
  },
}

async function main(): Promise<void> {
  endWithReader(process)
  const { values, positionals } = readArguments()
  const [name, ...rest] = positionals
  if (values.help) {
    process.stdout.write(HELP)
    return
  }
  if (name === undefined) throw new OptionError(HELP)
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined || rest.length > 0) throw new OptionError(`unknown command\n\n${HELP}`)
  process.stdout.write(`${JSON.stringify(await command(values), null, 2)}\n`)
}

/** Mistakes of the person at the keyboard: said in a sentence, exit 2. */
function isExpected(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return (
    error instanceof OptionError ||
    error instanceof CeremonyError ||
    error instanceof SealedFileError ||
    error instanceof PassError ||
    code === 'ENOENT'
  )
}

main().catch((error: unknown) => {
  const expected = isExpected(error)
  process.stderr.write(`${expected ? (error as Error).message : (error as Error).stack}\n`)
  process.exit(expected ? 2 : 1)
})
