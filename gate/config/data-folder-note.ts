/**
 * Where the data folder of a gate is when its config file does not say any more: cut, emptied or
 * deleted. A start with a good file notes it beside the file; where nothing can be written there, a
 * service manager's own folder for the gate is looked into.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { STORE_FILE } from './store-file.ts'

const noteOf = (configFile: string): string => `${configFile}.data`

/** A folder that can't be written (as /etc) is left as it is. */
export function noteDataFolder(configFile: string, data: string): void {
  if (readNote(configFile) === data) return
  try {
    writeFileSync(noteOf(configFile), `${data}\n`, { mode: 0o600 })
  } catch {
    // The service manager's folder is the other way to find it.
  }
}

/**
 * A folder that holds revisions, or undefined. `stateFolders`: systemd's STATE_DIRECTORY, which may
 * name several (systemd.exec(5)).
 */
export function findDataFolder(
  configFile: string,
  stateFolders: string | undefined,
): string | undefined {
  const candidates = [readNote(configFile), ...(stateFolders?.split(':') ?? [])]
  return candidates.find(one => one && existsSync(join(one, STORE_FILE)))
}

function readNote(configFile: string): string | undefined {
  try {
    return readFileSync(noteOf(configFile), 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
