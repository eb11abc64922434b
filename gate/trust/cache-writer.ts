/** The main thread's end of `cache-thread.ts`: one change at a time, an answer for each. */
import { Worker } from 'node:worker_threads'
import type { CacheChange } from './cache-file.ts'
import type { CacheAnswer, CacheRequest } from './cache-thread.ts'

export interface CacheWriter {
  /** Resolves when the change is on disk, or tells why it isn't. Call again only after that. */
  write(change: CacheChange, nowMs: number): Promise<CacheAnswer>
  /** Closes the file and ends the thread. */
  close(): Promise<void>
}

/** The thread starts with the first write and doesn't keep the process alive while it is idle. */
export function createCacheWriter(dataDir: string): CacheWriter {
  let worker: Worker | undefined

  const start = (): Worker => {
    const thread = new Worker(new URL('./cache-thread.ts', import.meta.url), {
      workerData: { dataDir },
    })
    thread.on('error', () => {})
    thread.on('exit', () => {
      if (worker === thread) worker = undefined
    })
    thread.unref()
    return thread
  }

  return {
    write(change, nowMs) {
      worker ??= start()
      const thread = worker
      return new Promise(resolve => {
        const settle = (answer: CacheAnswer) => {
          thread.off('message', settle)
          thread.off('exit', onExit)
          thread.unref()
          resolve(answer)
        }
        const onExit = () => settle({ code: 'WRITE_FAILED', detail: 'the writer thread ended' })
        thread.on('message', settle)
        thread.on('exit', onExit)
        thread.ref()
        thread.postMessage({ kind: 'write', change, nowMs } satisfies CacheRequest)
      })
    },
    async close() {
      const thread = worker
      if (thread === undefined) return
      thread.ref()
      const ended = new Promise<void>(resolve => thread.once('exit', () => resolve()))
      thread.postMessage({ kind: 'close' } satisfies CacheRequest)
      await ended
    },
  }
}
