/**
 * Serves a gate's figures at http://127.0.0.1:PORT/metrics, to this machine alone. A connection is
 * good for one answer and ends soon, read or not, so that no client makes the gate's memory grow.
 */
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Timers } from '../../hardware/ports.ts'
import {
  METRICS_CONNECTION_MS_MAX,
  METRICS_CONNECTIONS_MAX,
  METRICS_HEADER_BYTES_MAX,
} from '../limits.ts'

export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

/** `port` 0 takes a free one. Rejects with the system's error when it can't listen. */
export async function serveMetrics(
  port: number,
  render: () => string,
  timers: Timers,
): Promise<MetricsServer> {
  const asked = new WeakSet<Socket>()
  const server = createServer({ maxHeaderSize: METRICS_HEADER_BYTES_MAX }, (request, response) => {
    if (asked.has(request.socket)) {
      request.socket.destroy()
      return
    }
    asked.add(request.socket)
    response.shouldKeepAlive = false
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    response.end(render())
  })
  server.maxConnections = METRICS_CONNECTIONS_MAX
  server.on('connection', socket => {
    const cancel = timers.after(METRICS_CONNECTION_MS_MAX, () => socket.destroy())
    socket.once('close', () => cancel())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
