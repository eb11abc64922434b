/** Reads a whole file of bounded size. What never ends (a device, a pipe) is refused, not waited for. */
import { readFileSync, statSync } from 'node:fs'

/** Its bytes, or why it can't be read; never throws. */
export function readWhole(file: string, bytesMax: number): Uint8Array | Error {
  try {
    const found = statSync(file)
    if (!found.isFile()) return new Error('it is not a file')
    if (found.size > bytesMax) return new Error(`larger than ${bytesMax} bytes`)
    return readFileSync(file)
  } catch (error) {
    return error as Error
  }
}
