/**
 * Bodies whose request is answered before they are whole. The sender is told that the connection ends, so
 * that its next request does not wait behind the rest of this one. The rest is discarded slowly, all
 * senders together at one rate: each can read its answer, and a stranger with many costs this process
 * little. Without this, Node would discard them as fast as they come; ended at once, the connection would
 * be reset, and the answer lost with it (RFC 9112, 9.6).
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Timers } from '../clock.ts'
import { DRAIN_BYTES_A_LOOK, DRAIN_LOOK_MS } from './limits.ts'

/** Around a server's listener. */
export function drainSlowly(listener: RequestListener, timers: Timers): RequestListener {
  /** With what ends the connection of each. */
  const draining = new Map<IncomingMessage, () => void>()
  let isLooking = false

  function look(): void {
    let left = DRAIN_BYTES_A_LOOK
    for (const [request, end] of [...draining]) {
      if (left <= 0) break
      draining.delete(request)
      if (isOver(request)) {
        end()
        continue
      }
      left -= (request.read() as Buffer | null)?.length ?? 0
      // Behind the others, whose turn is next.
      draining.set(request, end)
    }
    isLooking = draining.size > 0
    if (isLooking) timers.after(DRAIN_LOOK_MS, look)
  }

  /** Sends no more on the connection; `end` is called when the body is whole. */
  function drain(request: IncomingMessage, end: () => void): void {
    request.on('error', () => {}).pause()
    request.socket.end()
    draining.set(request, end)
    if (isLooking) return
    isLooking = true
    timers.after(DRAIN_LOOK_MS, look)
  }

  return (request, response) => {
    if (hasBody(request)) {
      // Node throws away at once what was never read from; the stream's own limit then holds the rest.
      request.read(0)
      whenAnsweredEarly(request, response, drain)
    }
    return listener(request, response)
  }
}

/** Such an answer says `connection: close`; `then` is called when it is out, instead of the end. */
function whenAnsweredEarly(
  request: IncomingMessage,
  response: ServerResponse,
  then: (request: IncomingMessage, end: () => void) => void,
): void {
  const { socket } = request
  const writeHead = response.writeHead as (...head: unknown[]) => ServerResponse
  response.writeHead = (...head: unknown[]) => {
    if (!isOver(request)) {
      response.shouldKeepAlive = false
      const end = socket.destroySoon.bind(socket)
      // Node calls it behind the last answer of a connection.
      socket.destroySoon = () => then(request, end)
    }
    return writeHead.apply(response, head)
  }
}

/** An answered request is not told that its connection has ended. */
const isOver = ({ complete, destroyed, socket }: IncomingMessage): boolean =>
  complete || destroyed || socket.destroyed

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
