/** Reads a whole file of bounded size. What never ends (a device, a pipe) is refused, not waited for. */
import { readFileSync, type Stats, statSync } from 'node:fs'

/** Its bytes, or why it can't be read; never throws. */
export function readWhole(file: string, bytesMax: number): Uint8Array | Error {
  return readIf(file, bytesMax, () => undefined)
}

/** As `readWhole`, for a secret: one that group or others may read or change is refused. */
export function readPrivate(file: string, bytesMax: number): Uint8Array | Error {
  return readIf(file, bytesMax, ({ mode }) => {
    if (process.platform === 'win32' || (mode & 0o077) === 0) return undefined
    return `others can read it (mode ${(mode & 0o777).toString(8).padStart(4, '0')}): set its mode to 0600`
  })
}

function readIf(
  file: string,
  bytesMax: number,
  faultOf: (found: Stats) => string | undefined,
): Uint8Array | Error {
  try {
    const found = statSync(file)
    if (!found.isFile()) return new Error('it is not a file')
    if (found.size > bytesMax) return new Error(`larger than ${bytesMax} bytes`)
    const fault = faultOf(found)
    return fault === undefined ? readFileSync(file) : new Error(fault)
  } catch (error) {
    return error as Error
  }
}
