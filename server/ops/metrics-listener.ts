/**
 * Metrics on an address of their own, which stays inside: Prometheus has no account here. A
 * connection is good for one answer and ends soon, read or not.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Timers } from '../clock.ts'
import { StartError } from '../errors.ts'
import {
  HEADER_BYTES_MAX,
  HEADERS_MS_MAX,
  METRICS_CONNECTION_MS_MAX,
  METRICS_CONNECTIONS_MAX,
  REQUEST_MS_MAX,
} from '../load/limits.ts'
import type { Gauges, Metrics } from './metrics.ts'

/** `gauges` is asked for each answer; where it rejects, the answer is 503. */
export interface MetricsSource {
  readonly metrics: Pick<Metrics, 'render'>
  readonly gauges: () => Promise<Gauges>
}

export interface MetricsListener {
  readonly url: string
  stop(): Promise<void>
}

const TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Answers `GET /metrics`. Throws StartError `LISTEN`. */
export async function listenForMetrics(
  { metrics, gauges }: MetricsSource,
  at: { readonly host: string; readonly port: number; readonly timers: Timers },
): Promise<MetricsListener> {
  const options = {
    requestTimeout: REQUEST_MS_MAX,
    headersTimeout: HEADERS_MS_MAX,
    maxHeaderSize: HEADER_BYTES_MAX,
  }
  const asked = new WeakSet<Socket>()
  const server = createServer(options, (request, response) => {
    if (asked.has(request.socket)) {
      request.socket.destroy()
      return
    }
    asked.add(request.socket)
    response.shouldKeepAlive = false
    const send = (status: number, type: string, text: string) =>
      response.writeHead(status, { 'content-type': type }).end(text)
    if (request.method !== 'GET' || request.url !== '/metrics') {
      send(404, 'text/plain', 'only /metrics is here\n')
      return
    }
    gauges().then(
      now => send(200, TYPE, metrics.render(now)),
      () => send(503, 'text/plain', 'not ready\n'),
    )
  })
  server.maxConnections = METRICS_CONNECTIONS_MAX
  server.on('connection', socket => {
    socket.once(
      'close',
      at.timers.after(METRICS_CONNECTION_MS_MAX, () => socket.destroy()),
    )
  })
  server.listen(at.port, at.host)
  await once(server, 'listening').catch((cause: unknown) => {
    throw new StartError('LISTEN', `cannot listen on ${at.host} port ${at.port}`, { cause })
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}/metrics`,
    async stop() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
