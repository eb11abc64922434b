/** `npm run pass -- decode|verify|present|proof|key`: the credential on the command line. */
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { PURPOSES } from '../pass/purpose.ts'
import { describePass } from './pass/describe.ts'
import { decodeInput } from './pass/input.ts'
import { presentCommand } from './pass/present.ts'
import { keyCommand, proofCommand } from './pass/proof.ts'
import { NO_OPTIONS, positionalOf } from './pass/usage.ts'
import { verifyCommand } from './pass/verify.ts'

const HELP = `npm run pass -- COMMAND [INPUT] [OPTIONS]

  decode INPUT                          what the code says, unverified
  verify INPUT --purpose PURPOSE        the verdict with fresh trust and nothing remembered: of a gate
         --trust FILE --url URL         that asks for no ticket (entry, exit), or of a desk (sale,
         [--environment production|test]  refund, change): ACCEPTED, or why not
         [--at TIME]
  present INPUT --key FILE [--at TIME]  countersigns a pass with the phone's key, prints the text
  key FILE                              makes a phone's key, prints its public half as JWK
  proof --key FILE --path /v1/…         the dpop header of a phone's request, for curl
        [--method POST] [--body FILE] [--nonce N] [--jti ID]

INPUT is the text of a code (RP1:…), a PNG that shows it, a file that holds it, or - for standard
input; or a pass as the service gives it: the "pass" of its answer, or the whole answer in a file.
TIME is ISO 8601; now when left out. --key is a P-256 private key in PEM. --purpose is what the pass
is asked for: ${PURPOSES.join(', ')}; OUT_OF_SCOPE says that its issuer's key is
not good for that. --trust is the factory trust document of a gate, --url the service it polls,
--environment the gate's (production when left out: a pass of the other is refused). --nonce is the
dpop-nonce header of the service's last answer; without one it answers USE_NONCE and gives one.

Prints JSON. Exit codes: 0 decoded, admitted or accepted, 1 refused, 2 wrong arguments or no such file.
`

const ADMITTED: ReadonlySet<string> = new Set(['ADMIT', 'ADMIT_FLAGGED', 'ACCEPTED'])

async function main(args: readonly string[]): Promise<number> {
  endWithReader(process)
  const [command, ...rest] = args
  if (command === undefined) throw new OptionError(HELP)
  if (command === '--help' || rest.includes('--help')) {
    process.stdout.write(HELP)
    return 0
  }
  switch (command) {
    case 'decode':
      return print(describePass(await decodeInput(positionalOf(rest))))
    case 'verify':
      return verifyCommand(rest, print)
    case 'present':
      return presentCommand(rest, print)
    case 'key':
      return keyCommand(rest, print)
    case 'proof':
      return proofCommand(rest, print)
    default:
      readOptions(NO_OPTIONS, () =>
        parseArgs({ args: [command], options: NO_OPTIONS, allowPositionals: true }),
      )
      throw new OptionError(`no command "${command}"; see --help`)
  }
}

function print(value: { readonly code?: string } | string): number {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  process.stdout.write(`${text}\n`)
  const refused = typeof value === 'object' && value.code !== undefined && !ADMITTED.has(value.code)
  return refused ? 1 : 0
}

process.exitCode = await main(process.argv.slice(2)).catch(error => {
  process.stderr.write(`pass: ${(error as Error).message}\n`)
  return 2
})
