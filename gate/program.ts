/**
 * The gate's composition root: hands in real devices, time and network, starts everything, stops
 * cleanly.
 */
import { randomBytes } from 'node:crypto'
import { type Logger, pino } from 'pino'
import { createGateBoard } from '../hardware/drivers/board.ts'
import { createSerialScanner } from '../hardware/drivers/scanner-serial.ts'
import { systemClock as clock, systemTimers as timers } from '../hardware/system-time.ts'
import { asked } from './asked.ts'
import { boundEnd } from './at-once.ts'
import type { ConfigEngine } from './config/engine.ts'
import { REFUSALS } from './config/outcome.ts'
import { type ConfiguredGate, type ConfiguredParts, createConfiguredGate } from './configured.ts'
import { enrolAtStart } from './enrol.ts'
import { readMachineBoot } from './machine-boot.ts'
import { configToRun, type OpenedConfig } from './open-config.ts'
import { createServiceManager } from './service-manager.ts'

const random = (): number => randomBytes(4).readUInt32LE() / 2 ** 32

/** Resolves with the exit code. Rejects with what keeps it from starting, or from enrolling. */
export async function run(opened: OpenedConfig, enrolCode: string | undefined): Promise<number> {
  const log = pino({ base: { gate: opened.gate } })
  if (!opened.lock.held()) {
    log.warn({ event: 'lock' }, 'the disk takes no lock: see that no other gate runs here')
  }
  let running: ConfiguredGate['running'] | undefined
  const releaseAll = () => running?.releaseAll()
  const { atOnce } = asked
  const ended = boundEnd({ atOnce, timers, log, releaseAll, exit: code => process.exit(code) })
  if (enrolCode !== undefined) {
    await enrolAtStart(configToRun(opened), enrolCode, { stop: asked.stop, log })
  }
  if (asked.stop.aborted) return stopped(opened, log).finally(ended)
  const configured = createConfiguredGate(opened, partsOf(log), fault => {
    log.fatal({ err: fault }, 'no config starts any more: the gate ends')
    process.exit(1)
  })
  const { engine } = configured
  running = configured.running
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
    releaseAll()
    log.fatal({ err: error }, 'defect: relays released, the gate ends')
    process.exit(70)
  })
  const signal = await asked.stoppedBy()
  log.info({ event: 'stopping', signal }, 'stopping')
  manager.stopping()
  await engine.stop()
  manager.close()
  ended()
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
    hurry: asked.atOnce,
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
        pauseMs: scanner.pauseMs,
        timers,
        clock,
        random,
      })
    },
  }
}

/** SIGHUP: the file is looked at again. */
function followReload(engine: ConfigEngine, log: Logger): void {
  async function reload(): Promise<void> {
    const outcome = await engine.reload()
    if (outcome.ok) log.info({ event: 'reload', revision: outcome.revision }, 'the file runs')
    else {
      const { code, problems } = outcome
      log.warn({ event: 'reload', code, problems }, REFUSALS[code])
    }
  }
  asked.onReload(() => {
    reload().catch(error => log.error({ event: 'reload', err: error }, 'the reload failed'))
  })
}
