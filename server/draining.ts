/**
 * Bodies that nobody reads any more, since their request is answered. They are thrown away slowly,
 * all together at one rate: whoever sends one gets to read the answer, and a stranger who sends many
 * takes little of this process. Left alone, Node would throw them away as fast as they come.
 */
import type { IncomingMessage, RequestListener } from 'node:http'
import { DRAIN_BYTES_A_LOOK, DRAIN_LOOK_MS } from './load-limits.ts'

/** Around a server's listener. */
export function drainSlowly(listener: RequestListener): RequestListener {
  const draining = new Set<IncomingMessage>()
  let timer: NodeJS.Timeout | undefined

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
    if (draining.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function drain(request: IncomingMessage): void {
    if (isOver(request)) return
    request.on('error', () => {}).pause()
    draining.add(request)
    timer ??= setInterval(look, DRAIN_LOOK_MS)
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
