/**
 * A gate that runs by its config file and the revisions made since: the file and the revisions
 * opened, the engine that keeps them, and the gate that it starts, ends and starts anew.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { type ConfigEngine, createConfigEngine } from './config/engine.ts'
import type { RemoteDoor } from './config/from-service.ts'
import { createRemoteDoor } from './config/remote-door.ts'
import { currentOf } from './config/revisions.ts'
import { createRunning, type Running } from './config/running.ts'
import { type ConfigStore, openConfigStore } from './config/store.ts'
import { ConfigError, type ConfigFile, checkConfig, readConfigFile } from './config-file.ts'
import { type Gate, startGate } from './gate.ts'
import { keepDevices } from './kept-devices.ts'
import type { GateParts } from './parts.ts'

/** The file as it was first looked at, and the revisions beside it. */
export interface OpenedConfig {
  readonly path: string
  readonly file: ConfigFile
  readonly store: ConfigStore
  /** The gate's name, for logs. */
  readonly gate: string
}

/**
 * Throws ConfigError when the file is wrong and there is no revision to go on with. `nowMs` names a
 * damaged file that is set aside.
 */
export function openConfig(path: string, nowMs: number): OpenedConfig {
  const file = readConfigFile(path)
  const { checked, data } = file
  if (data === undefined) throw wrong(file)
  if (checked.ok) mkdirSync(data, { recursive: true, mode: 0o700 })
  const store = openConfigStore(data, nowMs)
  const { history } = store.stored
  if (checked.ok) return { path, file, store, gate: checked.config.gate }
  if (history === undefined) throw wrong(file)
  const { gate } = JSON.parse(currentOf(history).text) as { gate: string }
  return { path, file, store, gate }
}

function wrong({ checked }: ConfigFile): ConfigError {
  return new ConfigError(checked.ok ? '' : checked.problems.join('\n'))
}

export interface ConfiguredGate {
  readonly engine: ConfigEngine
  readonly running: Pick<Running<Gate>, 'gate'>
}

export type ConfiguredParts = Omit<GateParts, 'factoryTrust'>

/** Nothing runs before the engine's `start`. `onDead`: nothing runs any more, and nothing can. */
export function createConfiguredGate(
  { path, file, store }: OpenedConfig,
  parts: ConfiguredParts,
  onDead: (fault: unknown) => void,
): ConfiguredGate {
  const { log, clock, timers } = parts
  const { folder } = file
  const check = (value: unknown) => checkConfig(value, folder)
  const onFault = faultLog(log)
  let remote: RemoteDoor | undefined
  const devices = keepDevices(parts)
  const running = createRunning(async (config, how) => {
    try {
      await devices.readyFor(config)
      const factoryTrust = readFileSync(config.trust.factory)
      const all = { ...parts, ...devices, factoryTrust }
      const gate = await startGate(config, all, { ...how, ...(remote && { remote }) })
      return {
        ...gate,
        async stop(end) {
          await gate.stop(end)
          if (end?.restart !== true) await devices.close()
        },
      }
    } catch (error) {
      await devices.close()
      throw error
    }
  }, onFault)
  const engine = createConfigEngine({
    store,
    running,
    file: () => readConfigFile(path),
    check,
    timers,
    nowMs: clock.nowMs,
    onFault,
    onDead,
  })
  remote = createRemoteDoor({ engine, check, onFault })
  return { engine, running }
}

function faultLog(log: Logger): (what: string, error: unknown) => void {
  return (what, error) => log.error({ event: 'config', err: error }, what)
}
