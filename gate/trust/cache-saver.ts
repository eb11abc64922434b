/**
 * Takes the file from the last state that is on disk to the newest one, one transaction at a time,
 * while the newest one is already believed: a slow card delays no revocation. What could not be
 * written is written with the next change.
 */
import type { RequestPort } from '../threads/request-port.ts'
import { changeBetween, clockRow } from './cache.ts'
import type { CacheAnswer, CacheCalls } from './cache-writer.ts'
import type { GateClock } from './clock.ts'
import type { TrustState } from './state.ts'

export interface CacheSaverOptions {
  readonly writer: RequestPort<CacheCalls>
  /** What the file holds; undefined when it must be written anew. */
  readonly onDisk: TrustState | undefined
  /** Unix milliseconds, to name a damaged file. */
  readonly nowMs: () => number
  /** This state is on disk. */
  readonly onWritten: (state: TrustState) => void
  readonly onFault: (answer: Exclude<CacheAnswer, { code: 'WRITTEN' }>) => void
}

export interface CacheSaver {
  save(state: TrustState, clock: GateClock): void
  /** As `save`, of everything, into a file that is opened anew: the one that was open is gone. */
  rewrite(state: TrustState, clock: GateClock): void
  /** Resolves when everything saved so far was written (true) or given up. */
  flushed(): Promise<boolean>
  close(): Promise<void>
}

export function createCacheSaver(options: CacheSaverOptions): CacheSaver {
  const { writer, nowMs, onWritten, onFault } = options
  let onDisk = options.onDisk
  let wanted: { state: TrustState; clock: GateClock } | undefined
  let writing: Promise<void> | undefined
  let anew = false

  const writeAll = async () => {
    for (let damages = 0; wanted !== undefined && damages < 2; ) {
      const { state, clock } = wanted
      const mine = wanted
      if (anew) onDisk = undefined
      anew = false
      const change = changeBetween(onDisk, state, clockRow(clock.floorMs, clock.sync))
      const answer = await writer.ask('write', change, nowMs()).catch(unanswered)
      if (answer.code === 'WRITTEN') {
        onDisk = state
        onWritten(state)
        if (wanted === mine) wanted = undefined
        continue
      }
      onFault(answer)
      if (answer.code === 'WRITE_FAILED') break
      onDisk = undefined
      damages++
    }
    writing = undefined
  }

  return {
    save(state, clock) {
      wanted = { state, clock }
      writing ??= writeAll()
    },
    rewrite(state, clock) {
      anew = true
      wanted = { state, clock }
      writing ??= writeAll()
    },
    async flushed() {
      await writing
      return wanted === undefined
    },
    async close() {
      await writing
      await writer.close()
    },
  }
}

/** Its thread died: the next change starts another. */
function unanswered(error: Error): CacheAnswer {
  return { code: 'WRITE_FAILED', detail: error.message }
}
