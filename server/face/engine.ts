/**
 * The embedded face check as the service's main thread sees it: requests to a worker thread, few at
 * a time, in order. A thread that dies or stands still is given up; who waited on it is told to try
 * again, and the next request starts another.
 */
import { Worker } from 'node:worker_threads'
import { CHECK_MS_MAX, QUEUE_MAX, READY_MS_MAX } from './limits.ts'
import {
  type Described,
  type FaceCheck,
  FaceCheckError,
  type FaceDescriber,
  type FaceOutcome,
} from './port.ts'
import type { FaceAnswer, FaceRequest } from './worker.ts'

export interface FaceEngine extends FaceCheck, FaceDescriber {
  /** Resolves when the networks are loaded; rejects with FaceCheckError when they can't be. */
  ready(): Promise<void>
}

export interface FaceEngineOptions {
  /** Told why a thread was given up; never anything of a picture. */
  readonly onFault: (what: string, error: unknown) => void
  /** The thread's program; another one in tests. */
  readonly program?: URL
  /** How long one check may take, milliseconds. */
  readonly checkMsMax?: number
}

type Value = FaceOutcome | Described
type Ask = FaceRequest extends infer One ? (One extends unknown ? Omit<One, 'id'> : never) : never

interface Thread {
  readonly loaded: Promise<void>
  ask(request: Ask): Promise<Value>
  end(): Promise<unknown>
}

/** Loads the networks when it is first asked, or told to warm up. */
export function createFaceEngine(options: FaceEngineOptions): FaceEngine {
  let closed = false
  let thread: Thread | undefined
  const current = (): Thread => {
    if (closed) throw new FaceCheckError('UNAVAILABLE')
    thread ??= startThread(options, (why, error) => {
      thread = undefined
      if (!closed) options.onFault(`the face check is given up: ${why}`, error)
    })
    return thread
  }

  return {
    warm: () => void current(),
    ready: async () => current().loaded,
    check: async (onFile, capture) =>
      (await current().ask({ what: 'check', onFile, capture })) as FaceOutcome,
    describe: async picture => (await current().ask({ what: 'describe', picture })) as Described,
    async close() {
      closed = true
      await thread?.end()
    },
  }
}

/** `onEnd` is called once, when it is of no use any more. */
function startThread(
  { program, checkMsMax = CHECK_MS_MAX, onFault }: FaceEngineOptions,
  onEnd: (why: string, error: unknown) => void,
): Thread {
  const worker = new Worker(program ?? new URL('./worker.ts', import.meta.url))
  const waiting = new Map<number, PromiseWithResolvers<Value>>()
  const loaded = Promise.withResolvers<void>()
  let nextId = 1
  let over = false
  let late = setTimeout(() => end('loading takes too long'), READY_MS_MAX)
  loaded.promise.catch(() => {})

  /** The one at its head is the one that is worked on. */
  function watch(): void {
    clearTimeout(late)
    if (waiting.size > 0) late = setTimeout(() => end('a check takes too long'), checkMsMax)
    else worker.unref()
  }

  function end(why: string, error?: unknown): void {
    if (over) return
    over = true
    clearTimeout(late)
    onEnd(why, error)
    const gone = new FaceCheckError('UNAVAILABLE', error === undefined ? {} : { cause: error })
    loaded.reject(gone)
    for (const asked of waiting.values()) asked.reject(gone)
    waiting.clear()
    void worker.terminate()
  }

  worker.on('message', (answer: FaceAnswer) => {
    if (answer.id === 0) loaded.resolve()
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    watch()
    if ('value' in answer) asked?.resolve(answer.value)
    if ('fault' in answer) {
      onFault('a face check failed', new Error(answer.fault))
      asked?.reject(new FaceCheckError('UNAVAILABLE'))
    }
  })
  worker.on('error', error => end('its thread failed', error))
  worker.on('exit', () => end('its thread ended'))

  return {
    loaded: loaded.promise,
    async ask(request) {
      if (waiting.size >= QUEUE_MAX) throw new FaceCheckError('BUSY')
      const id = nextId++
      const asked = Promise.withResolvers<Value>()
      waiting.set(id, asked)
      worker.ref()
      // A thread that still loads finds it when it has loaded.
      if (waiting.keys().next().value === id) watch()
      worker.postMessage({ id, ...request } as FaceRequest)
      return asked.promise
    },
    end: () => worker.terminate(),
  }
}
