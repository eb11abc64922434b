/**
 * The gate's composition root: opens config and revisions, hands in real devices, time and network,
 * starts everything, stops cleanly. `npm run gate -- --config FILE`.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { type Logger, pino } from 'pino'
import { createGateBoard } from '../hardware/drivers/board.ts'
import { createSerialScanner } from '../hardware/drivers/scanner-serial.ts'
import { systemClock as clock, systemTimers as timers } from '../hardware/system-time.ts'
import { asked } from './asked.ts'
import type { ConfigEngine } from './config/engine.ts'
import { REFUSALS } from './config/outcome.ts'
import { ConfigError } from './config-file.ts'
import {
  type ConfiguredParts,
  configToRun,
  createConfiguredGate,
  type OpenedConfig,
  openConfig,
} from './configured.ts'
import { gateJsonSchema } from './contract/config.ts'
import { enrol } from './enrol.ts'
import { readMachineBoot } from './machine-boot.ts'
import { createServiceManager } from './service-manager.ts'

const HELP = `npm run gate -- --config FILE [--enrol CODE]

Runs a gate controller: reads passes, verifies them offline, drives the barrier.

  --config FILE   the gate's config, JSON; required
  --enrol CODE    joins the service with a one-time code from its operator, then runs
  --schema        prints the JSON Schema of the config and exits
  --help          this text

Logs are JSON lines on standard output. SIGTERM or Ctrl-C stops it: no more scans are taken, the
passage that runs may end, relays are released, rows are sent. SIGHUP reads the config file again: a
good one becomes the next revision, a wrong one changes nothing. Exit codes: 0 stopped, 1 could not
start or enrol, 2 wrong arguments or config.
`

const random = (): number => randomBytes(4).readUInt32LE() / 2 ** 32

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      enrol: { type: 'string' },
      schema: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) return print(HELP)
  if (values.schema === true) {
    return print(`${JSON.stringify(gateJsonSchema(), null, 2)}\n`)
  }
  if (values.config === undefined) throw new ConfigError('--config FILE is missing; see --help')
  const opened = openConfig(values.config, clock.nowMs(), process.env.STATE_DIRECTORY)
  const log = pino({ base: { gate: opened.gate } })
  if (!opened.lock.held()) {
    log.warn({ event: 'lock' }, 'the disk has no room for a lock: see that no other gate runs here')
  }
  if (values.enrol !== undefined) await enrol(configToRun(opened), values.enrol, asked.stop)
  if (asked.stop.aborted) return stopped(opened, log)
  const { engine, running } = createConfiguredGate(opened, partsOf(log), fault => {
    log.fatal({ err: fault }, 'no config starts any more: the gate ends')
    process.exit(1)
  })
  await engine.start()
  followReload(engine, log)

  const manager = createServiceManager({
    env: process.env,
    pid: process.pid,
    timers,
    onFault: error => log.warn({ event: 'systemd', err: error }, 'systemd could not be told'),
  })
  manager.ready()

  process.once('uncaughtException', error => {
    running.gate()?.releaseAll()
    log.fatal({ err: error }, 'defect: relays released, the gate ends')
    process.exit(70)
  })
  const signal = await asked.stoppedBy()
  log.info({ event: 'stopping', signal }, 'stopping')
  manager.stopping()
  await engine.stop()
  manager.close()
  log.info({ event: 'stopped' }, 'stopped')
  return 0
}

/** Asked for before anything ran. */
async function stopped(opened: OpenedConfig, log: Logger): Promise<number> {
  await opened.store.close()
  log.info({ event: 'stopped' }, 'stopped before it started')
  return 0
}

/** The real devices, time and network. */
function partsOf(log: Logger): ConfiguredParts {
  return {
    clock,
    timers,
    random,
    randomBytes,
    fetch,
    log,
    machineBoot: readMachineBoot(),
    openBoard: ({ name, board }) =>
      createGateBoard({
        name: `${name}.board`,
        port: board.port,
        pins: { profile: board.profile, pins: board.pins as Record<string, number> },
        deadman: board.deadman,
        timers,
        clock,
        random,
      }),
    openReader: (lane, direction) => {
      const other = direction === 'exit' ? lane.exitScanner : undefined
      const scanner = other ?? lane.scanner
      return createSerialScanner({
        name: `${lane.name}.${other === undefined ? 'scanner' : 'exitScanner'}`,
        port: scanner.port,
        baudRate: scanner.baudRate,
        gm65: scanner.profile === 'gm65',
        suffix: scanner.suffix,
        timers,
        clock,
        random,
      })
    },
  }
}

/** SIGHUP: the file is looked at again. */
function followReload(engine: ConfigEngine, log: Logger): void {
  asked.onReload(async () => {
    const outcome = await engine.reload()
    if (outcome.ok) log.info({ event: 'reload', revision: outcome.revision }, 'the file runs')
    else {
      const { code, problems } = outcome
      log.warn({ event: 'reload', code, problems }, REFUSALS[code])
    }
  })
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

/** Where a start failed, in one line. */
function report(error: unknown): number {
  const { message, code } = error as Error & { code?: string }
  const badInput = error instanceof ConfigError || String(code).startsWith('ERR_PARSE_ARGS')
  const wrongPins = code === 'BAD_PINS'
  process.stderr.write(`gate: ${message}\n`)
  return badInput || wrongPins ? 2 : 1
}

process.exitCode = await main().catch(report)
