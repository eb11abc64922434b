/** A running service, looked at from outside: memory of its processes, its event loop, whether it lives. */
import { cpus } from 'node:os'
import { setInterval } from 'node:timers'
import type { Child } from '../../fixtures/child.ts'
import { cpuMsOf, readProc } from './cpu-time.ts'

const LOOK_MS = 100

export interface Watched {
  /** MiB: the service's process now and at its highest, and the highest of the face check's. */
  rss(): number
  peak(): number
  facePeak(): number
  /** Processes of the face check so far. */
  faceProcesses(): number
  /** CPU time of the service, and of its face check's processes as last seen, ms since watching began. */
  cpuMs(): { readonly service: number; readonly faces: number }
  /** Undefined while it lives. */
  ended(): string | undefined
  stop(): void
}

/** The kernel keeps the highest itself: what comes and goes between two looks counts too. */
export function watch(service: Child): Watched {
  const faces = new Map<number, number>()
  const began = cpuMsOf(service.pid)
  const facesBegan = new Map(childrenOf(service.pid).map(pid => [pid, cpuMsOf(pid)]))
  let peak = 0
  let facePeak = 0
  let ended: string | undefined
  const look = () => {
    peak = Math.max(peak, mibOf(service.pid, 'VmHWM'))
    for (const pid of childrenOf(service.pid)) {
      faces.set(pid, cpuMsOf(pid) - (facesBegan.get(pid) ?? 0))
      facePeak = Math.max(facePeak, mibOf(pid, 'VmHWM'))
    }
  }
  const timer = setInterval(look, LOOK_MS)
  void service.exited.then(code => {
    ended = `it ended with ${code}`
  })
  look()
  return {
    rss: () => mibOf(service.pid, 'VmRSS'),
    peak: () => peak,
    facePeak: () => facePeak,
    faceProcesses: () => faces.size,
    cpuMs: () => ({
      service: cpuMsOf(service.pid) - began,
      faces: [...faces.values()].reduce((sum, ms) => sum + ms, 0),
    }),
    ended: () => ended,
    stop: () => clearInterval(timer),
  }
}

/** 0 for a process that is gone. */
function mibOf(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readProc(pid, 'status'))?.[1] ?? 0) / 1024
}

/** CPU time that this machine has spent at work, ms. */
export const machineCpuMs = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)

const childrenOf = (pid: number) =>
  readProc(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number)

/** p99 of the service's event loop since it was last asked, ms. `url`: of its metrics. */
export async function loopLagMs(url: string): Promise<number> {
  const text = await (await fetch(url)).text()
  return 1000 * Number(/^\w*event_loop_lag_p99_seconds(?:\{.*\})? ([\d.e+-]+)$/m.exec(text)?.[1])
}
