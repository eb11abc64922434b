/**
 * Publishing that somebody waits for: calls that come close together share one run, and runs keep a
 * distance, so that a burst of revocations makes few manifests.
 */
import { sleep, type Timers, within } from '../clock.ts'
import { PUBLISH_GAP_MS } from '../limits.ts'

/** How long whoever waits leaves it alone after a run that did not do, milliseconds. */
const AGAIN_MS = 50

export interface Soon {
  /** Calls that come before the run has begun share it. */
  run(): Promise<void>
  /** The gap is counted from now on. */
  published(): void
  /** Runs again and again until `done` gives something, at most `waitMs`. */
  until<T>(done: () => T | undefined, waitMs: number): Promise<T | undefined>
  /** Nobody waits any more; resolves when what was queued has ended. */
  stop(): Promise<void>
}

export function createSoon(timers: Timers, run: () => Promise<void>): Soon {
  let publishedAt = Number.NEGATIVE_INFINITY
  let queued: Promise<void> | undefined
  let stopped = false

  async function begin(): Promise<void> {
    const wait = publishedAt + PUBLISH_GAP_MS - timers.monotonic()
    // Waits even for nothing: `queued` must be set before it is cleared.
    await sleep(timers, Math.max(0, wait))
    queued = undefined
    await run()
  }

  function soon(): Promise<void> {
    queued ??= begin()
    return queued
  }

  return {
    run: soon,
    published() {
      publishedAt = timers.monotonic()
    },
    async until(done, waitMs) {
      const deadline = timers.monotonic() + waitMs
      while (!stopped) {
        const left = deadline - timers.monotonic()
        if (left <= 0) return undefined
        await within(
          timers,
          left,
          soon().catch(() => {}),
          undefined,
        )
        const found = done()
        if (found !== undefined) return found
        await sleep(timers, AGAIN_MS)
      }
      return undefined
    },
    async stop() {
      stopped = true
      await queued?.catch(() => {})
    },
  }
}
