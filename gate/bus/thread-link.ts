/** The main thread's end of the bus thread: bounded both ways, and started again when it dies. */
import type { KeyObject } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import { BUS_STOP_MS, LINK_QUEUE_MAX, RECONNECT_MAX_MS, THREAD_HEAP_MIB } from './limits.ts'
import type { BusLink, LinkEvent, SiblingKey } from './link.ts'
import type { ThreadAnswer, ThreadData, ThreadRequest } from './thread.ts'

export interface ThreadLinkParts extends Omit<ThreadData, 'privateKey'> {
  readonly privateKey: KeyObject
  readonly timers: Timers
  readonly onFault: (what: string, error: unknown) => void
}

export function createThreadLink(parts: ThreadLinkParts): BusLink {
  const { station, gate, privateKey, broker, timers } = parts
  let listener: (event: LinkEvent) => void = () => {}
  let keys: readonly SiblingKey[] = []
  let unsent = 0
  let worker: Worker | undefined
  let restart: Unsubscribe = () => {}
  let closed = false
  let ended = Promise.resolve()

  function start(): void {
    const data: ThreadData = { station, gate, privateKey, broker }
    const thread = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MIB },
    })
    worker = thread
    unsent = 0
    thread.on('message', (answer: ThreadAnswer) => {
      if (answer.type === 'sent') unsent -= 1
      else if (answer.type !== 'closed') listener(answer)
    })
    thread.on('error', error => parts.onFault('the bus thread died and is started again', error))
    ended = new Promise(resolve => thread.once('exit', () => resolve()))
    thread.once('exit', () => {
      worker = undefined
      if (closed) return
      listener({ type: 'state', up: false, detail: 'the bus thread died' })
      restart = timers.after(RECONNECT_MAX_MS, start)
    })
    post({ type: 'keys', keys })
  }

  function post(request: ThreadRequest): void {
    worker?.postMessage(request)
  }

  start()
  return {
    setKeys(next) {
      keys = next
      post({ type: 'keys', keys })
    },
    send(message) {
      if (worker === undefined || unsent >= LINK_QUEUE_MAX) return false
      unsent += 1
      post({ type: 'send', message })
      return true
    },
    onEvent(told) {
      listener = told
    },
    async close() {
      closed = true
      restart()
      const thread = worker
      if (thread === undefined) return
      post({ type: 'close' })
      const cancel = timers.after(BUS_STOP_MS, () => void thread.terminate())
      await ended
      cancel()
    },
  }
}
