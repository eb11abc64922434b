/** `npm start`: a whole station on this machine, and a prompt to play with it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { World } from '../fixtures/world.ts'
import { checkFolder, WorldFolderError } from '../fixtures/world-identity.ts'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { banner } from './station/banner.ts'
import { completions, runLine } from './station/commands.ts'
import { gateFails } from './station/gate-ends.ts'
import { narrate } from './station/narrate.ts'
import { createTerminal } from './station/terminal.ts'
import { openWhole } from './station/whole.ts'

const HELP = `npm start [-- --port N] [--dir DIR] [--quiet] [--https]

Runs the service, and a gate with an entry and an exit lane on simulated hardware, each a program
of its own. Each lane has a serial scanner, a USB scanner and a camera. Type help at the prompt.
quit, Ctrl-C and Ctrl-D stop everything.

  --port N   the service's port (8080, or any free one when that is taken); with 0 the station's
             page, at 8088 or any free one, takes a free one, too
  --dir DIR  a folder for databases, keys and configs: an empty one, or that of an earlier station,
             which goes on; when left out a temporary one, which is removed at the end
  --quiet    does not tell what the gate does
  --https    the passenger’s page for phones of the same network, too: with TLS, on every address of
             this machine, port 8443 or any free one. The certificate is made at the start and nobody
             vouches for it: compare the fingerprint on the phone, and go on past the warning.
             Without it a real phone gets at the page by a port forwarded to its own localhost, as
             adb reverse tcp:8080 tcp:8080 does
`

/** Signals this close are one. */
const TWICE_MS = 500

const OPTIONS = {
  port: { type: 'string' },
  dir: { type: 'string' },
  quiet: { type: 'boolean', default: false },
  https: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = readOptions(OPTIONS, () => parseArgs({ options: OPTIONS }))
  if (values.help) {
    endWithReader(process)
    process.stdout.write(HELP)
    return 0
  }
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new OptionError('--port is a number from 0 to 65535')
  }
  if (values.dir !== undefined) checkFolder(values.dir)
  const dir = values.dir ?? mkdtempSync(join(tmpdir(), 'wicketgate-'))
  try {
    const isTemporary = values.dir === undefined
    const { quiet, https } = values
    await runStation({ dir, port, isTemporary, quiet, https }, stopSignal())
  } finally {
    if (values.dir === undefined) rmSync(dir, { recursive: true, force: true })
  }
  return 0
}

interface StationOptions {
  readonly dir: string
  /** Any free one when left out and PORT is taken. */
  readonly port: number | undefined
  readonly isTemporary: boolean
  readonly quiet: boolean
  /** Whether phones of the same network get at the page. */
  readonly https: boolean
}

/** Resolves when it was stopped. */
async function runStation(options: StationOptions, stopped: Promise<void>): Promise<void> {
  const terminal = createTerminal({
    ...{ input: process.stdin, output: process.stdout },
    complete: completions,
  })
  let isTold = true
  const opening = openWhole({ ...options, onStep: terminal.wait, say: terminal.say })
  const life = async () => {
    const whole = await opening.ready
    const { station } = whole
    terminal.say(`\n${banner(whole, options.isTemporary)}\n`)
    if (!options.quiet) tellEvents(station.world, text => isTold && terminal.say(text))
    await Promise.race([terminal.read(line => runLine(station, line)), gateFails(station)])
  }
  try {
    await Promise.race([stopped, terminal.gone, life()])
  } finally {
    isTold = false
    terminal.close()
    terminal.say('stopping')
    await opening.close()
  }
}

function tellEvents(world: World, say: (text: string) => void): void {
  world.onGateLine(line => {
    const told = narrate(line)
    if (told !== undefined) say(told)
  })
}

/**
 * One that comes later ends the program at once, and all that it started. A terminal that is closed,
 * and npm beside it, send the first one twice.
 */
function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let askedMs: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const nowMs = performance.now()
      askedMs ??= nowMs
      if (nowMs - askedMs > TWICE_MS) process.exit(1)
      resolve()
    })
  }
  return promise
}

process.exitCode = await main().catch(error => {
  process.stderr.write(`station: ${(error as Error).message}\n`)
  return error instanceof OptionError || error instanceof WorldFolderError ? 2 : 1
})
