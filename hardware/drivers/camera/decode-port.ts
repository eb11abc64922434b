/**
 * The asking end of the decoding thread. A thread that dies, does not start or does not answer is
 * ended and another is started, with backoff; meanwhile nothing is asked of it.
 */
import { Worker } from 'node:worker_threads'
import { createBackoff } from '../../backoff.ts'
import { DeviceError } from '../../errors.ts'
import { decodeMsMax, decoderStartMsMax } from '../../limits.ts'
import type { DeviceState, Timers, Unsubscribe } from '../../ports.ts'
import type { EngineChoice } from './chain.ts'
import type { LookAnswer, LookRequest, ThreadData, ThreadMessage } from './decode-protocol.ts'
import type { EngineName } from './picture.ts'

export interface DecodePort {
  /** Whether a look can be asked for now: one at a time. */
  readonly isFree: boolean
  /**
   * The answer, or null when the thread was lost meanwhile: then the bytes are lost, too. The bytes
   * are transferred. Only while it is free.
   */
  look(request: Omit<LookRequest, 'id'>): Promise<LookAnswer | null>
  close(): Promise<void>
}

export interface DecodePortParts {
  readonly name: string
  readonly engine: EngineChoice
  readonly timers: Timers
  /** [0, 1): jitter of starting again. */
  readonly random: () => number
  readonly onState: (state: DeviceState) => void
  /** Which engine works; `fallback` says why it is not the first choice. */
  readonly onEngine: (engine: EngineName, fallback: string | null) => void
  /** What the thread runs. */
  readonly module: URL
}

/** Starts the thread at once. */
export function createDecodePort(parts: DecodePortParts): DecodePort {
  const { name, timers } = parts
  const backoff = createBackoff(parts.random)
  let thread: Worker | null = null
  let isReady = false
  let nextId = 1
  let asked: { readonly id: number; readonly answer: (one: LookAnswer | null) => void } | null =
    null
  let ended: Promise<unknown> = Promise.resolve()
  let over = false
  let stopWatch: Unsubscribe = () => {}
  let stopWaiting: Unsubscribe = () => {}

  function start(): void {
    const data: ThreadData = { engine: parts.engine }
    const started = new Worker(parts.module, { workerData: data })
    thread = started
    watch(decoderStartMsMax, 'does not start')
    started.on('message', (message: ThreadMessage) => {
      if (thread === started) take(message)
    })
    started.on('error', error => lose(started, 'died', error))
    started.on('exit', () => lose(started, 'ended'))
  }

  /** A thread that works without an answer can't be told from one that hangs. */
  function watch(withinMs: number, what: string): void {
    const watched = thread
    stopWatch()
    stopWatch = timers.after(withinMs, () => {
      if (watched !== null) lose(watched, what)
    })
  }

  function take(message: ThreadMessage): void {
    if (message.type === 'engine') {
      parts.onEngine(message.engine, message.fallback)
      if (isReady) return
      stopWatch()
      isReady = true
      parts.onState({ state: 'ready' })
      return
    }
    if (asked?.id !== message.id) return
    stopWatch()
    backoff.reset()
    settle(message)
  }

  function settle(answer: LookAnswer | null): void {
    const one = asked
    asked = null
    one?.answer(answer)
  }

  function lose(which: Worker, what: string, cause?: unknown): void {
    if (thread !== which) return
    thread = null
    isReady = false
    stopWatch()
    ended = which.terminate()
    if (!over) {
      stopWaiting = timers.after(backoff.next(), start)
      parts.onState({ state: 'lost', error: failed(name, what, cause) })
    }
    settle(null)
  }

  start()
  return {
    get isFree() {
      return isReady && asked === null
    },
    look(request) {
      const { promise, resolve } = Promise.withResolvers<LookAnswer | null>()
      const id = nextId++
      asked = { id, answer: resolve }
      watch(decodeMsMax, 'does not answer')
      thread?.postMessage({ ...request, id } satisfies LookRequest, [request.luma.buffer])
      return promise
    },
    async close() {
      over = true
      stopWaiting()
      if (thread !== null) lose(thread, 'closed')
      await ended
    },
  }
}

function failed(name: string, what: string, cause: unknown): DeviceError {
  return new DeviceError(
    'DECODER_FAILED',
    name,
    `${name}: the decoder ${what}; it is started again by itself. If that goes on, ` +
      'set the camera to a smaller picture or another engine',
    cause,
  )
}
