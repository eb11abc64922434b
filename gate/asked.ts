/**
 * What the process is asked by signal, listened for from its first moment on: a stop or a reload
 * that comes while it starts is one that waits, never the end of the process.
 */

export interface Asked {
  /** Fires with the first SIGTERM or SIGINT; the next one ends the process at once. */
  readonly stop: AbortSignal
  /** The signal that asked for the stop. */
  stoppedBy(): Promise<string>
  /** Called for each SIGHUP, and once for those that came before. */
  onReload(listener: () => void): void
}

function listen(): Asked {
  const stop = new AbortController()
  let reload: (() => void) | undefined
  let reloads = 0
  const stoppedBy = new Promise<string>(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve(signal)
        stop.abort(signal)
      })
    }
  })
  process.on('SIGHUP', () => {
    if (reload === undefined) reloads += 1
    else reload()
  })
  return {
    stop: stop.signal,
    stoppedBy: () => stoppedBy,
    onReload(listener) {
      reload = listener
      if (reloads > 0) listener()
      reloads = 0
    },
  }
}

export const asked = listen()
