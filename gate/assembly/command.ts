/**
 * `npm run gate` as it is typed: arguments, help, and what ends it before the gate's own code is
 * read, such as another process on its data folder.
 */
import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { ConfigError } from '../config/config-file.ts'
import { endWithReader } from '../contract/closed-pipe.ts'
import { gateJsonSchema } from '../contract/config.ts'
import { OptionError, readOptions } from '../contract/options.ts'
import { EXIT } from './exit-codes.ts'
import { openConfig } from './open-config.ts'
import type { DevicesElsewhere } from './program.ts'

const HELP = `npm run gate -- --config FILE [--enrol CODE]
npm run gate -- --config FILE --trust-until TIME --by NAME

Runs a gate controller: reads passes, verifies them offline, drives the barrier.

  --config FILE   the gate's config, JSON; required
  --enrol CODE    joins the service with a one-time code from its operator, then runs
  --trust-until TIME --by NAME
                  lets entry go on with trust that is too old until TIME, as 2026-05-21T06:00:00Z,
                  every event flagged, and exits; a running gate sees it in 5 seconds. "now" ends it
  --schema        prints the JSON Schema of the config and exits
  --help          this text

Logs are JSON lines on standard output. SIGTERM or Ctrl-C stops it: no more scans are taken, the
passage that runs may end, relays are released, rows are sent. A second one changes nothing; two more
within a second end it at once, relays released and the end in the journal. SIGHUP reads the config
file again: a good one becomes the next revision, a wrong one changes nothing. Exit codes: 0 stopped,
1 could not start or enrol, or ended before all was written, 2 wrong arguments or config, 80 and 81
ended on the console, to start again or for good.
`

const OPTIONS = {
  config: { type: 'string' },
  enrol: { type: 'string' },
  'trust-until': { type: 'string' },
  by: { type: 'string' },
  schema: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

async function command(devices: DevicesElsewhere): Promise<number> {
  const { values } = readOptions(
    OPTIONS,
    () => parseArgs({ options: OPTIONS }),
    ({ values: given }) =>
      given['trust-until'] === undefined
        ? ['config', 'enrol', 'schema', 'help']
        : ['config', 'trust-until', 'by', 'help'],
  )
  if (values.help === true) return print(HELP)
  if (values.schema === true) {
    return print(`${JSON.stringify(gateJsonSchema(), null, 2)}\n`)
  }
  if (values.config === undefined) throw new ConfigError('--config FILE is missing; see --help')
  const stateFolders = process.env.STATE_DIRECTORY
  const { config, by, 'trust-until': until } = values
  if (until !== undefined) {
    const { orderTrustExtension } = await import('./trust-extension-file.ts')
    return print(`${orderTrustExtension({ config, until, by, stateFolders }, Date.now())}\n`)
  }
  const opened = openConfig(config, Date.now(), stateFolders)
  const { run } = await import('./program.ts')
  // By itself Node keeps it at an orderly end, and power is cut more often than a gate is stopped.
  flushCompileCache()
  return run(opened, values.enrol, devices)
}

function print(text: string): number {
  endWithReader(process)
  process.stdout.write(text)
  return 0
}

/** Where a start failed, in one line. */
function report(error: unknown): number {
  const { message, code } = error as Error & { code?: string }
  const badInput = error instanceof ConfigError || error instanceof OptionError
  const wrongPins = code === 'BAD_PINS'
  process.stderr.write(`gate: ${message}\n`)
  return badInput || wrongPins ? EXIT.wrong : EXIT.failed
}

/** Resolves with the exit code. `devices`: where they are found, if not on this machine's own ports. */
export function runCommand(devices: DevicesElsewhere = {}): Promise<number> {
  return command(devices).catch(report)
}
