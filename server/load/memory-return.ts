/**
 * Gives memory back to the machine after a busy time. V8 keeps freed memory, and buffers that nobody
 * uses, until it needs room again: a service would stay as large as its worst minute.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Timers } from '../clock.ts'
import {
  MEMORY_BUSY_SHARE,
  MEMORY_LOOK_MS,
  MEMORY_QUIET_LOOKS,
  MEMORY_QUIET_SHARE,
} from './limits.ts'

export interface MemoryReturn {
  /** To be called each MEMORY_LOOK_MS. `busyMs`: CPU time of the process so far. */
  look(busyMs: number): void
}

/** `collect` stops the process for a tenth of a second or so: only when nobody would notice. */
export function createMemoryReturn(collect: () => void): MemoryReturn {
  let last: number | undefined
  let wasBusy = false
  let quiet = 0
  return {
    look(busyMs) {
      const share = last === undefined ? 0 : (busyMs - last) / MEMORY_LOOK_MS
      last = busyMs
      if (share >= MEMORY_BUSY_SHARE) wasBusy = true
      quiet = share < MEMORY_QUIET_SHARE ? quiet + 1 : 0
      if (!wasBusy || quiet < MEMORY_QUIET_LOOKS) return
      wasBusy = false
      collect()
    },
  }
}

/** For this process, as long as it runs. */
export function returnMemory(timers: Timers): void {
  const collect = collector()
  const memory = createMemoryReturn(collect)
  const look = () => {
    const { user, system } = process.cpuUsage()
    memory.look((user + system) / 1000)
    timers.after(MEMORY_LOOK_MS, look, 'background')
  }
  timers.after(MEMORY_LOOK_MS, look, 'background')
}

/** A collection that gives back what it can: V8 shows it to nobody who does not ask for it by a flag. */
export function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const gc: NodeJS.GCFunction = runInNewContext('gc')
  // The last resort alone gives back what new objects were made in.
  return () => void gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
