/** Which boot of the machine this is: Linux gives each a random name (random(4), `boot_id`). */
import { readFileSync } from 'node:fs'
import { BOOT_ID_CHARS_MAX } from '../limits.ts'

/** Undefined where the system has no such file, or something else lies there. */
export function readMachineBoot(file = '/proc/sys/kernel/random/boot_id'): string | undefined {
  try {
    const name = readFileSync(file, 'latin1').trim()
    return name.length <= BOOT_ID_CHARS_MAX && /^[0-9a-f-]+$/.test(name) ? name : undefined
  } catch {
    return undefined
  }
}
