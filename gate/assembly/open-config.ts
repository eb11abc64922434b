/**
 * What a start opens first: the config file, the data folder under its lock, the revisions in it. It
 * loads little, so that a process that may not run here ends soon.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  badFile,
  ConfigError,
  type ConfigFile,
  checkConfig,
  readConfigFile,
} from '../config/config-file.ts'
import { findDataFolder, noteDataFolder } from '../config/data-folder-note.ts'
import { withKnown } from '../config/high-water-marks.ts'
import { currentOf } from '../config/revisions.ts'
import { type ConfigStore, openConfigStore } from '../config/store.ts'
import { STORE_FILE } from '../config/store-file.ts'
import type { GateConfig } from '../contract/config.ts'
import { DataInUseError, type DataLock, lockData } from '../files/data-lock.ts'
import { makeFolder } from '../files/make-folder.ts'
import { clearDataFolder } from './data-folder-check.ts'

/** The file as it was first looked at, and the revisions beside it. */
export interface OpenedConfig {
  readonly path: string
  readonly file: ConfigFile
  /** Its `close` lets go of the data folder. */
  readonly store: ConfigStore
  /** The gate's name, for logs. */
  readonly gate: string
  readonly lock: DataLock
  /** One sentence for each file of the data folder that was found damaged. */
  readonly damaged: readonly string[]
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
  const { lock, cleared } = lockFolder(data, nowMs)
  try {
    const opened = openConfigStore(data, nowMs)
    const damaged = [...cleared, ...lock.damaged, ...damageOf(data, opened)]
    const store = { ...opened, close: () => opened.close().finally(lock.release) }
    const { history } = opened.stored
    if (checked.ok) {
      noteDataFolder(path, data)
      return { path, file, store, lock, damaged, gate: checked.config.gate }
    }
    if (history === undefined) throw wrong(file)
    const { gate } = JSON.parse(currentOf(history).text) as { gate: string }
    return { path, file, store, lock, damaged, gate }
  } catch (error) {
    lock.release()
    throw error
  }
}

function wrong({ checked }: ConfigFile): ConfigError {
  return new ConfigError(checked.ok ? '' : checked.problems.join('\n'))
}

/** What is told of the revisions. */
function damageOf(data: string, { stored, damage, known }: ConfigStore): string[] {
  const file = join(data, STORE_FILE)
  if (damage !== undefined) {
    const aside = damage.setAside ?? 'nothing: the disk takes no writes'
    return [`${file}: ${damage.detail}; set aside as ${aside}; the config file runs`]
  }
  const older = stored.history && withKnown(stored.history, known).older
  return older === undefined ? [] : [`${file}: ${older}`]
}

function lockFolder(data: string, nowMs: number) {
  try {
    makeFolder(data)
    const cleared = clearDataFolder(data, nowMs)
    return { lock: lockData(data, nowMs), cleared }
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
