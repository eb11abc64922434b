/**
 * A gate that runs by its config file and the revisions made since: the file and the revisions
 * opened, the engine that keeps them, and the gate that it starts, ends and starts anew.
 */
import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import { TRUST_BYTES_MAX } from '../pass/limits.ts'
import { type ConfigEngine, createConfigEngine } from './config/engine.ts'
import type { RemoteDoor } from './config/from-service.ts'
import { createRemoteDoor } from './config/remote-door.ts'
import { currentOf } from './config/revisions.ts'
import { createRunning, type Running } from './config/running.ts'
import { type ConfigStore, openConfigStore } from './config/store.ts'
import {
  badFile,
  ConfigError,
  type ConfigFile,
  checkConfig,
  readConfigFile,
  readNamedBytes,
} from './config-file.ts'
import { findDataFolder, noteDataFolder } from './config-place.ts'
import type { GateConfig } from './contract/config.ts'
import { DataInUseError, type DataLock, lockData } from './data-lock.ts'
import { type Gate, startGate } from './gate.ts'
import { keepDevices } from './kept-devices.ts'
import { makeFolder } from './make-folder.ts'
import type { GateParts } from './parts.ts'

/** The file as it was first looked at, and the revisions beside it. */
export interface OpenedConfig {
  readonly path: string
  readonly file: ConfigFile
  /** Its `close` lets go of the data folder. */
  readonly store: ConfigStore
  /** The gate's name, for logs. */
  readonly gate: string
  readonly lock: DataLock
}

/**
 * Throws ConfigError when the file is wrong and there is no revision to go on with, or its data
 * folder can't be used; DataInUseError when another gate process has it. `nowMs` names a damaged
 * file that is set aside. `stateFolders`: systemd's STATE_DIRECTORY.
 */
export function openConfig(path: string, nowMs: number, stateFolders?: string): OpenedConfig {
  const file = readConfigFile(path)
  const { checked } = file
  const data = file.data ?? findDataFolder(path, stateFolders)
  if (data === undefined || (!checked.ok && !existsSync(data))) throw wrong(file)
  const lock = lockFolder(data)
  try {
    const opened = openConfigStore(data, nowMs)
    const store = { ...opened, close: () => opened.close().finally(lock.release) }
    const { history } = opened.stored
    if (checked.ok) {
      noteDataFolder(path, data)
      return { path, file, store, lock, gate: checked.config.gate }
    }
    if (history === undefined) throw wrong(file)
    const { gate } = JSON.parse(currentOf(history).text) as { gate: string }
    return { path, file, store, lock, gate }
  } catch (error) {
    lock.release()
    throw error
  }
}

function wrong({ checked }: ConfigFile): ConfigError {
  return new ConfigError(checked.ok ? '' : checked.problems.join('\n'))
}

function lockFolder(data: string): DataLock {
  try {
    makeFolder(data)
    return lockData(data)
  } catch (error) {
    if (error instanceof DataInUseError) throw error
    const { message } = error as Error
    throw badFile('data', data, `${message}; name a folder that the gate’s user can make and write`)
  }
}

/** What a start would run: the file's config, or the last revision's where the file is wrong. */
export function configToRun({ file, store }: OpenedConfig): GateConfig {
  const { checked, folder } = file
  if (checked.ok) return checked.config
  const { history } = store.stored
  const kept = history && checkConfig(JSON.parse(currentOf(history).text), folder)
  if (kept?.ok !== true) throw wrong(file)
  return kept.config
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
      const { factory } = config.trust
      const factoryTrust = readNamedBytes('trust.factory', factory, TRUST_BYTES_MAX)
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
      throw named(error, config)
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

/** With the key and the file of the config, where one of them is at fault. */
function named(error: unknown, { trust }: GateConfig): unknown {
  const { code, message } = error as Error & { code?: string }
  if (code !== 'FACTORY_TRUST') return error
  const what = `${message}: give the file trust-N.cbor of the service’s trust folder, unchanged`
  return badFile('trust.factory', trust.factory, what)
}

function faultLog(log: Logger): (what: string, error: unknown) => void {
  return (what, error) => log.error({ event: 'config', err: error }, what)
}
