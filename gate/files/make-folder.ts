/**
 * Makes a folder with those above it, one after the other. Node's own `recursive` never returns
 * where the system says of each folder in turn that it is not there, as under /proc.
 */
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Readable by this user alone. Throws what the system says of the first that can't be made. */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  const above = dirname(path)
  if (above !== path) makeFolder(above)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process has made it meanwhile; a file in its place is a fault.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}
