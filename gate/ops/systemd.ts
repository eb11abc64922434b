/**
 * Tells systemd how the gate is (sd_notify, watchdog), through its own `systemd-notify`: Node has
 * no datagram sockets of the local kind. Does nothing where no service manager asked to be told.
 */
import { spawn } from 'node:child_process'
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'

export interface ServiceManager {
  ready(): void
  stopping(): void
  close(): void
}

export interface ServiceManagerParts {
  /** `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`, `PATH`. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  readonly timers: Timers
  readonly onFault: (error: unknown) => void
}

/** A watchdog is told three times within its time. */
const TIMES = 3
const WATCHDOG_MS_MIN = 300

export function createServiceManager(parts: ServiceManagerParts): ServiceManager {
  const { env, pid, timers } = parts
  let waiting: Unsubscribe | undefined

  function tell(...states: string[]): void {
    if (env.NOTIFY_SOCKET === undefined) return
    const child = spawn('systemd-notify', [`--pid=${pid}`, ...states], {
      stdio: 'ignore',
      env: { ...env },
    })
    child.once('error', parts.onFault)
    child.unref()
  }

  /** Run by the main loop: a loop that hangs tells nothing, and the gate is started anew. */
  function watch(everyMs: number): void {
    waiting = timers.after(everyMs, () => {
      tell('WATCHDOG=1')
      watch(everyMs)
    })
  }

  return {
    ready() {
      tell('READY=1')
      const wantedMs = Number(env.WATCHDOG_USEC) / 1000
      const forUs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === pid
      if (env.NOTIFY_SOCKET !== undefined && wantedMs >= WATCHDOG_MS_MIN && forUs) {
        watch(Math.floor(wantedMs / TIMES))
      }
    },
    stopping: () => tell('STOPPING=1'),
    close() {
      waiting?.()
      waiting = undefined
    },
  }
}
