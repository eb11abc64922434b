/**
 * Bodies whose request is answered already. They are discarded slowly, all together at one rate: the
 * sender can read the answer, and a stranger with many costs this process little. Without this, Node
 * would discard them as fast as they come.
 */
import type { IncomingMessage, RequestListener } from 'node:http'
import type { Timers } from '../clock.ts'
import { DRAIN_BYTES_A_LOOK, DRAIN_LOOK_MS } from './limits.ts'

/** Around a server's listener. */
export function drainSlowly(listener: RequestListener, timers: Timers): RequestListener {
  const draining = new Set<IncomingMessage>()
  let isLooking = false

  function look(): void {
    let left = DRAIN_BYTES_A_LOOK
    for (const request of [...draining]) {
      if (left <= 0) break
      draining.delete(request)
      if (isOver(request)) continue
      left -= (request.read() as Buffer | null)?.length ?? 0
      // Behind the others, whose turn is next.
      draining.add(request)
    }
    isLooking = draining.size > 0
    if (isLooking) timers.after(DRAIN_LOOK_MS, look)
  }

  function drain(request: IncomingMessage): void {
    if (isOver(request)) return
    request.on('error', () => {}).pause()
    draining.add(request)
    if (isLooking) return
    isLooking = true
    timers.after(DRAIN_LOOK_MS, look)
  }

  return (request, response) => {
    // Node throws away at once what was never read from; the stream's own limit then holds the rest.
    if (hasBody(request)) request.read(0)
    response.once('finish', () => drain(request))
    return listener(request, response)
  }
}

/** An answered request is not told that its connection has ended. */
const isOver = ({ complete, destroyed, socket }: IncomingMessage): boolean =>
  complete || destroyed || socket.destroyed

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
