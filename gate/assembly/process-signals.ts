/**
 * What the process is asked by signal, listened for from its first moment on: a stop or a reload
 * that comes while it starts is one that waits, never the end of the process. People and service
 * managers send more than one SIGTERM: the first begins the orderly end, the next is only counted.
 */
import { createStopCounter } from './quick-stop.ts'

export type AskedEnd = 'restart' | 'shutdown'

export interface ProcessSignals {
  /** Fires with the first SIGTERM or SIGINT. */
  readonly stop: AbortSignal
  /** Fires when two more of them come within a second: the end waits for nobody any more. */
  readonly atOnce: AbortSignal
  /** The signal that asked for the stop, or how a technician did. */
  stoppedBy(): Promise<string>
  /** Asks for it as a signal does. False: the stop is under way already. */
  ask(how: AskedEnd): boolean
  /** Undefined unless `ask` began the stop. */
  asked(): AskedEnd | undefined
  /** Called for each SIGHUP, and once for those that came before. */
  onReload(listener: () => void): void
}

const STILL_ENDING =
  'gate: still ending: who is under way may pass, then rows are written and sent; two more signals ' +
  'within a second end it at once\n'

function listen(): ProcessSignals {
  const stop = new AbortController()
  const atOnce = new AbortController()
  let reload: (() => void) | undefined
  let reloads = 0

  const countStop = createStopCounter({
    nowMs: () => performance.now(),
    onCounted: () => process.stderr.write(STILL_ENDING),
    onAtOnce: () => atOnce.abort(),
  })
  const stopped = Promise.withResolvers<string>()
  let asked: AskedEnd | undefined

  function begin(why: string): boolean {
    if (stop.signal.aborted) return false
    stopped.resolve(why)
    stop.abort(why)
    return true
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!begin(signal)) countStop()
    })
  }
  process.on('SIGHUP', () => {
    if (reload === undefined) reloads += 1
    else reload()
  })
  return {
    stop: stop.signal,
    atOnce: atOnce.signal,
    stoppedBy: () => stopped.promise,
    ask(how) {
      if (!begin(how)) return false
      asked = how
      return true
    },
    asked: () => asked,
    onReload(listener) {
      reload = listener
      if (reloads > 0) listener()
      reloads = 0
    },
  }
}

export const processSignals = listen()
