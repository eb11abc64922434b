/**
 * The service’s HTTP server, and what one client may cost it: connections in all, requests that wait
 * on one connection, and time for all that is sent and read.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Timers } from '../clock.ts'
import { StartError } from '../errors.ts'
import { answerClientErrors, type DocumentOf } from './client-error.ts'
import { boundConnections } from './connection-room.ts'
import { type ConnectionShares, sharesOf } from './connection-shares.ts'
import { drainSlowly } from './draining.ts'
import {
  CONNECTION_STILL_MS_MAX,
  CONNECTIONS,
  DEADLINE_LOOK_MS,
  HEADER_BYTES_MAX,
  IDLE_LOOK_MS,
  KEEP_ALIVE_MS,
  PENDING_REQUESTS_MAX,
  READ_AHEAD_BYTES,
  STOP_MS_MAX,
} from './limits.ts'

export interface HttpListener {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Takes no more requests; resolves when open ones have finished, or after 5 s. */
  stop(): Promise<void>
}

export interface ListenAt {
  readonly host: string
  readonly port: number
  /** Headers, and a whole request, must have arrived within these, milliseconds. */
  readonly headersMs: number
  readonly requestMs: number
  /** A connection on which nothing is read or written for so long is ended. */
  readonly stillMs?: number
  /** As many as there are descriptors for, none in front, when left out. */
  readonly shares?: ConnectionShares
  /** Of a refusal that no route makes; without a next step when left out. */
  readonly documentOf?: DocumentOf
  readonly timers: Timers
}

/** Resolves when it listens. Throws StartError `LISTEN`. */
export async function listenForHttp(
  answer: (request: Request) => Response | Promise<Response>,
  at: ListenAt,
): Promise<HttpListener> {
  const { host, port, headersMs, requestMs, stillMs = CONNECTION_STILL_MS_MAX, timers } = at
  const server = createServer(
    {
      requestTimeout: requestMs,
      headersTimeout: Math.min(headersMs, requestMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
      highWaterMark: READ_AHEAD_BYTES,
      connectionsCheckingInterval: DEADLINE_LOOK_MS,
    },
    boundPending(drainSlowly(getRequestListener(answer, { autoCleanupIncoming: false }), timers)),
  )
  boundConnections(server, at.shares ?? sharesOf(CONNECTIONS, 0), timers)
  answerClientErrors(server, at.documentOf)
  server.timeout = stillMs
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      // With fewer places to wait in, a burst of connections makes others wait for the kernel's next
      // try: a second, then three, then seven.
      server.listen({ port, host, backlog: CONNECTIONS }, resolve)
    })
  } catch (error) {
    throw new StartError('LISTEN', `cannot listen on ${host} port ${port}`, { cause: error })
  }
  const address = server.address() as AddressInfo
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return { url: `http://${shownHost}:${address.port}`, stop: () => stop(server, timers) }
}

/** Ends a connection that asks again and again and takes no answer. */
function boundPending(listener: RequestListener): RequestListener {
  const pending = new WeakMap<Socket, number>()
  return (request, response) => {
    const { socket } = request
    const waiting = (pending.get(socket) ?? 0) + 1
    if (waiting > PENDING_REQUESTS_MAX || socket.destroyed) {
      socket.destroy()
      return
    }
    pending.set(socket, waiting)
    response.once('close', () => pending.set(socket, (pending.get(socket) ?? 1) - 1))
    return listener(request, response)
  }
}

async function stop(server: Server, timers: Timers): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve))
  // A connection turns idle when its answer is out: looked for again and again.
  const look = () => {
    server.closeIdleConnections()
    cancelLook = timers.after(IDLE_LOOK_MS, look)
  }
  let cancelLook = timers.after(IDLE_LOOK_MS, look)
  const cancelForced = timers.after(STOP_MS_MAX, () => server.closeAllConnections())
  await closed
  cancelLook()
  cancelForced()
}
