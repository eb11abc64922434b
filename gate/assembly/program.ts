/**
 * The gate's composition root: hands in real devices, time and network, starts everything, stops
 * cleanly.
 */
import { randomBytes } from 'node:crypto'
import { type Logger, pino } from 'pino'
import { createGateBoard } from '../../hardware/drivers/board.ts'
import { createSerialPort } from '../../hardware/drivers/serial-port.ts'
import { systemClock as clock, systemTimers as timers } from '../../hardware/system-time.ts'
import type { GateControl } from '../contract/control.ts'
import { CONTROL_REFUSALS } from '../contract/control-codes.ts'
import { enrolAtStart } from '../net/enrol.ts'
import { readMachineBoot } from '../ops/boot-id.ts'
import { createServiceManager } from '../ops/systemd.ts'
import { createLogTail } from '../support/log-tail.ts'
import { EXIT } from './exit-codes.ts'
import { configToRun, type OpenedConfig } from './open-config.ts'
import { openConsole } from './open-console.ts'
import { openReader, type ReaderParts } from './open-reader.ts'
import { processSignals } from './process-signals.ts'
import { boundQuickStop } from './quick-stop.ts'
import {
  createReconfigurableGate,
  type ReconfigurableGate,
  type ReconfigurableGateParts,
} from './reconfigurable-gate.ts'

const random = (): number => randomBytes(4).readUInt32LE() / 2 ** 32

/** Where devices are found, if not on the machine's own ports. */
export type DevicesElsewhere = Pick<ReaderParts, 'hid'>

/** Resolves with the exit code. Rejects with what keeps it from starting, or from enrolling. */
export async function run(
  opened: OpenedConfig,
  enrolCode: string | undefined,
  devices: DevicesElsewhere,
): Promise<number> {
  const logTail = createLogTail()
  const log = pino({
    base: { gate: opened.gate },
    hooks: {
      streamWrite(line) {
        logTail.write(line)
        return line
      },
    },
  })
  if (!opened.lock.held()) {
    log.warn({ event: 'lock' }, 'the disk takes no lock: see that no other gate runs here')
  }
  let running: ReconfigurableGate['running'] | undefined
  const releaseAll = () => running?.releaseAll()
  const { atOnce } = processSignals
  const ended = boundQuickStop({
    atOnce,
    timers,
    log,
    releaseAll,
    exit: code => process.exit(code),
  })
  const configured = createReconfigurableGate(opened, partsOf(log, devices), fault => {
    log.fatal({ err: fault }, 'no config starts any more: the gate ends')
    process.exit(1)
  })
  const { control } = configured
  running = configured.running
  const technicians = openConsole(configToRun(opened), {
    ...{ control, clock, timers, randomBytes, log, logTail, fetch },
    record: (kind, body) => configured.running.gate()?.record(kind, body),
    openPort: ({ port, baudRate }) =>
      createSerialPort({ name: 'console', port, baudRate, timers, random }),
  })
  try {
    if (enrolCode !== undefined) {
      const ports = { clock, timers, randomBytes, fetch, stop: processSignals.stop, log }
      await enrolAtStart(configToRun(opened), enrolCode, ports)
    }
    if (processSignals.stop.aborted) return await stopped(opened, log)
    await serve(configured, log)
  } finally {
    await technicians.close()
    ended()
  }
  log.info({ event: 'stopped' }, 'stopped')
  return EXIT[processSignals.asked() ?? 'stopped']
}

/** Until a signal ends it. */
async function serve({ engine, control, running }: ReconfigurableGate, log: Logger): Promise<void> {
  await engine.start()
  followReload(control, log)

  const manager = createServiceManager({
    env: process.env,
    pid: process.pid,
    timers,
    onFault: error => log.warn({ event: 'systemd', err: error }, 'systemd could not be told'),
  })
  manager.ready()

  process.once('uncaughtException', error => {
    running.releaseAll()
    log.fatal({ err: error }, 'defect: relays released, the gate ends')
    process.exit(70)
  })
  const by = await processSignals.stoppedBy()
  log.info({ event: 'stopping', by }, 'stopping')
  manager.stopping()
  await engine.stop()
  manager.close()
}

/** Asked for before anything ran. */
async function stopped(opened: OpenedConfig, log: Logger): Promise<number> {
  await opened.store.close()
  log.info({ event: 'stopped' }, 'stopped before it started')
  return EXIT[processSignals.asked() ?? 'stopped']
}

/** The real devices, time and network. */
function partsOf(log: Logger, devices: DevicesElsewhere): ReconfigurableGateParts {
  const onNotice = (message: string) => log.warn({ event: 'reader' }, message)
  return {
    clock,
    timers,
    random,
    randomBytes,
    fetch,
    log,
    hurry: processSignals.atOnce,
    program: { end: processSignals.ask, supervised: process.env.NOTIFY_SOCKET !== undefined },
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
    openReader: (_lane, reader, onRaw) =>
      openReader(reader, { timers, clock, random, onNotice, onRaw, ...devices }),
  }
}

/** SIGHUP: the file is looked at again. */
function followReload({ config }: GateControl, log: Logger): void {
  async function reload(): Promise<void> {
    const outcome = await config.reload()
    if (outcome.ok) log.info({ event: 'reload', revision: outcome.revision }, 'the file runs')
    else {
      const { code, problems } = outcome
      log.warn({ event: 'reload', code, problems }, CONTROL_REFUSALS[code])
    }
  }
  processSignals.onReload(() => {
    reload().catch(error => log.error({ event: 'reload', err: error }, 'the reload failed'))
  })
}
