/**
 * `npm run trust`: the root keys' ceremony, for a machine without a network. The passphrase comes
 * from TRUST_PASSPHRASE, or is asked for on a terminal.
 */
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import {
  CeremonyError,
  DAYS_DEFAULT,
  initTrust,
  RELEASED_DAYS_DEFAULT,
} from '../server/ceremony/init.ts'
import { SealedFileError } from '../server/ceremony/sealed-file.ts'

const HELP = `Usage: npm run trust -- init --dir DIR [--environment test|production] [--days N] [--release N]

  init   makes three root keys, the first trust document signed by two of them, issuer keys for
         N days (default ${DAYS_DEFAULT}) of which the first --release days (default ${RELEASED_DAYS_DEFAULT}) are given to
         the service, and the service's status, time and config keys.

DIR/trust-1.cbor goes to every gate as its factory trust; the service reads DIR and DIR/online.
DIR/offline holds the sealed root keys: keep it off the network, each root key in other hands.
`

class UsageError extends Error {}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d{1,4}$/.test(value)) throw new UsageError(`--${name} takes a whole number`)
  return Number(value)
}

async function passphrase(): Promise<string> {
  const given = process.env.TRUST_PASSPHRASE
  if (given !== undefined) return given
  if (process.stdin.isTTY !== true) {
    throw new UsageError('set TRUST_PASSPHRASE, or run this on a terminal')
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question('Passphrase for the root keys (it is shown): ')
  terminal.close()
  return answer
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dir: { type: 'string' },
      environment: { type: 'string', default: 'production' },
      days: { type: 'string' },
      release: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help || positionals.length === 0) {
    process.stdout.write(HELP)
    return
  }
  const { dir, environment } = values
  if (positionals.length > 1 || positionals[0] !== 'init') throw new UsageError('unknown command')
  if (dir === undefined) throw new UsageError('--dir is missing')
  if (environment !== 'test' && environment !== 'production') {
    throw new UsageError('--environment is test or production')
  }
  const result = await initTrust({
    dir,
    environment,
    passphrase: await passphrase(),
    days: wholeNumber('days', values.days),
    releasedDays: wholeNumber('release', values.release),
    now: Date.now(),
  })
  const until = new Date(result.issuersUntil * 1000).toISOString()
  process.stdout.write(`${JSON.stringify({ ...result, issuersUntil: until })}\n`)
}

main().catch((error: unknown) => {
  const expected =
    error instanceof UsageError ||
    error instanceof CeremonyError ||
    error instanceof SealedFileError ||
    (error as { code?: unknown }).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
  process.stderr.write(`${expected ? (error as Error).message : (error as Error).stack}\n`)
  process.exit(expected ? 2 : 1)
})
