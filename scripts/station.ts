/** `npm start`: a whole station on this machine, and a prompt to play with it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createWorld, startStation, type World } from '../fixtures/world.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { createNullModem } from '../hardware/sim/null-modem.ts'
import { loadConfig } from '../server/config.ts'
import { putDemo, type Seeded } from './seed/put.ts'
import { helpText, runLine, type Station } from './station/commands.ts'
import { narrate } from './station/narrate.ts'

const HELP = `npm start [-- --port N] [--dir DIR] [--quiet]

Runs the service, and a gate with an entry and an exit lane on simulated hardware, each a program
of its own. Each lane has a serial scanner, a USB scanner and a camera. Type help at the prompt.
Ctrl-C stops everything.

  --port N   the service's port (8080, or any free one when that is taken)
  --dir DIR  an empty folder for databases, keys and configs, which is kept; a temporary one that
             is removed at the end when left out
  --quiet    does not tell what the gate does
`

const PORT = 8080
const CONSOLE_BAUD = 115_200

const OPTIONS = {
  port: { type: 'string' },
  dir: { type: 'string' },
  quiet: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = readOptions(OPTIONS, () => parseArgs({ options: OPTIONS }))
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const port = values.port === undefined ? await freePort(PORT) : Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    process.stderr.write('--port is a number from 0 to 65535\n')
    return 2
  }
  const dir = values.dir ?? mkdtempSync(join(tmpdir(), 'wicketgate-'))
  const cable = await createNullModem({ baudRate: CONSOLE_BAUD })
  const world = await createWorld({
    dir,
    port,
    lanes: [
      { name: 'A', direction: 'entry' },
      { name: 'B', direction: 'exit' },
    ],
    more: ['hid', 'camera'],
    days: 30,
    gate: { console: { serial: { port: cable.pathA, baudRate: CONSOLE_BAUD } } },
  })
  const stopped = new Promise<void>(resolve => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
  try {
    const demo = await putDemo(loadConfig(world.serverConfigFile, process.env), 1, Date.now())
    await startStation(world)
    const phone = await world.traveller()
    introduce(world, dir, demo, cable.pathB)
    const say = (text: string) => process.stdout.write(`${text}\n`)
    if (!values.quiet) tellEvents(world, say)
    await Promise.race([
      stopped,
      prompt({ world, phone, reader: 'scanner', lastText: '', say }),
      ended(world),
    ])
  } finally {
    process.stdout.write('stopping\n')
    await world.close()
    await cable.close()
    if (values.dir === undefined) rmSync(dir, { recursive: true, force: true })
  }
  return 0
}

function introduce(world: World, dir: string, { people, trains }: Seeded, console: string): void {
  const indent = `\n${' '.repeat(12)}`
  const lanes = world.lanes.map(
    ({ name, direction, boardWire, scannerWire, usb, camera }) =>
      `${name} ${direction.padEnd(5)}  board ${boardWire.path}  scanner ${scannerWire.path}` +
      `${indent}         usb ${usb?.device}${indent}         camera ${camera?.url}`,
  )
  const { agent, operator } = world.accounts
  process.stdout.write(`
Wicketgate: a station on this machine

  service   ${world.url()}
  gate      north-1, in service, trust fresh, enrolled
  lane      ${lanes.join('\n  lane      ')}
  staff     ${agent.email}  ${agent.password}
            ${operator.email}  ${operator.password}
  on file   ${people.map(one => `${one.name}  ${one.documentType} ${one.documentNumber}`).join('\n            ')}
  trains    ${trains} between north and south, today and tomorrow
  files     ${dir}
  console   picocom -b ${CONSOLE_BAUD} ${console}
            the technician's line; press Enter, the first login becomes its admin

A traveller is at the gate with a certificate on the phone. Type enter, or help.

${helpText()}

`)
}

function tellEvents(world: World, say: (text: string) => void): void {
  world.gate().onLine(line => {
    const told = narrate(line)
    if (told !== undefined) say(told)
  })
}

/** Resolves on `quit`. At the end of piped input the station goes on. */
function prompt(station: Station): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' })
  const typed = process.stdin.isTTY === true
  return new Promise(resolve => {
    if (typed) lines.prompt()
    lines.on('SIGINT', resolve)
    let queue = Promise.resolve()
    lines.on('line', line => {
      queue = queue.then(async () => {
        if (!(await runLine(station, line))) return resolve()
        if (typed) lines.prompt()
      })
    })
  })
}

/** A gate that ends by itself ends the station, with what it said. */
async function ended(world: World): Promise<never> {
  const code = await world.gate().exited
  throw new Error(`the gate ended with ${code}\n${world.gate().errors()}`)
}

/** `wanted` when it is free, else any. */
async function freePort(wanted: number): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => resolve(wanted)))
  })
}

process.exitCode = await main().catch(error => {
  process.stderr.write(`station: ${(error as Error).message}\n`)
  return error instanceof OptionError ? 2 : 1
})
