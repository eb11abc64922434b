/** The answering end, in the thread: one request in, one answer out, in order. */
import { tracingChannel } from 'node:diagnostics_channel'
import { flushCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { REQUEST_CHANNEL, type RequestMark } from '../timing/scan-hops.ts'
import {
  type Answer,
  type Answerer,
  answerTo,
  type Calls,
  CLOSE,
  type Request,
} from './request-port.ts'

/** Answers until it is closed. Throws outside of a worker thread. */
export function answerRequests<C extends Calls<C>>(calls: Answerer<C>): void {
  const port = portOfThread()
  // For the next start: this thread may never come to an orderly end.
  flushCompileCache()
  const requests = tracingChannel<RequestMark>(REQUEST_CHANNEL)
  port.on('message', (request: Request) => {
    requests.traceSync(() => port.postMessage(answerTo(calls, request)), { name: request.name })
    if (request.name === CLOSE) port.close()
  })
}

/** Says `notice` without being asked, before the answer to the request under way. */
export function postNotice(notice: unknown): void {
  portOfThread().postMessage({ notice } satisfies Answer)
}

function portOfThread(): NonNullable<typeof parentPort> {
  if (parentPort === null) throw new Error('this module runs as a worker thread')
  return parentPort
}
