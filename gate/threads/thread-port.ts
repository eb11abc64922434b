/** The asking end of a thread: numbered requests, their answers, the thread's death and its end. */
import { Worker } from 'node:worker_threads'
import {
  type Answer,
  type Calls,
  CLOSE,
  type PortErrorCode,
  type Request,
  RequestError,
  type RequestPort,
} from './request-port.ts'

export interface ThreadPortParts {
  /** What the thread runs: it calls `answerRequests`. */
  readonly module: URL
  /** Handed to it as `workerData`. */
  readonly data: unknown
  /** Requests that may wait at a time; the next is refused with `BUSY`. Unbounded unless given. */
  readonly waitingMax?: number
  /** Whether a request after its death starts another thread. Else all are refused from then on. */
  readonly startsAnew: boolean
  readonly onNotice?: (notice: unknown) => void
}

/**
 * The thread starts with the first request. While nothing waits for it, it keeps no process alive.
 */
export function createThreadPort<C extends Calls<C>>(parts: ThreadPortParts): RequestPort<C> {
  const { waitingMax = Number.POSITIVE_INFINITY } = parts
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let thread: Worker | undefined
  let exited = Promise.resolve()
  let nextId = 1
  /** Why nothing is taken any more. */
  let ended: RequestError | undefined
  let closing = false

  function start(): Worker {
    const started = new Worker(parts.module, { workerData: parts.data })
    started.unref()
    started.on('message', (answer: Answer) => {
      if ('notice' in answer) parts.onNotice?.(answer.notice)
      else settle(answer)
    })
    started.on('error', error => lost(started, 'DIED', error.message))
    exited = new Promise(resolve => {
      started.once('exit', () => {
        lost(started, 'ENDED', 'its thread has ended')
        resolve()
      })
    })
    return started
  }

  function settle(answer: Exclude<Answer, { notice: unknown }>): void {
    const one = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0 && !closing) thread?.unref()
    if (answer.ok) one?.resolve(answer.value)
    else one?.reject(new RequestError(answer.code, answer.message))
  }

  /** Told of a death and once more of the end that follows it. */
  function lost(which: Worker, code: PortErrorCode, message: string): void {
    if (thread !== which) return
    thread = undefined
    const error = new RequestError(code, message)
    if (!parts.startsAnew || closing) ended ??= error
    for (const one of waiting.values()) one.reject(error)
    waiting.clear()
  }

  function post(name: string, args: readonly unknown[]): Promise<unknown> {
    thread ??= start()
    if (waiting.size === 0) thread.ref()
    const id = nextId++
    const one = Promise.withResolvers<unknown>()
    waiting.set(id, one)
    thread.postMessage({ id, name, args } satisfies Request)
    return one.promise
  }

  async function run(name: string, args: readonly unknown[]): Promise<unknown> {
    if (ended !== undefined) throw ended
    if (closing) throw new RequestError('ENDED' satisfies PortErrorCode, 'it is closed')
    if (waiting.size < waitingMax) return post(name, args)
    throw new RequestError('BUSY' satisfies PortErrorCode, `${waiting.size} requests wait`)
  }

  return {
    ask: (name, ...args) => run(name, args) as Promise<ReturnType<C[typeof name]>>,
    async close() {
      const first = !closing
      closing = true
      if (thread !== undefined && first) await post(CLOSE, []).catch(onlyItsOwn)
      await exited
    },
  }
}

/** A thread that has gone is closed, too. */
function onlyItsOwn(error: RequestError): void {
  if (error.code !== 'DIED' && error.code !== 'ENDED') throw error
}
