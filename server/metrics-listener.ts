/** Metrics on an address of their own, which stays inside: Prometheus has no account here. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartError } from './errors.ts'
import { HEADERS_MS_MAX, REQUEST_MS_MAX } from './limits.ts'
import type { Gauges } from './metrics.ts'
import type { Service } from './service.ts'
import { countGates } from './store/gate-health.ts'

export interface MetricsListener {
  readonly url: string
  stop(): Promise<void>
}

const TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Answers `GET /metrics`. Throws StartError `LISTEN`. */
export async function listenForMetrics(
  service: Service,
  at: { readonly host: string; readonly port: number },
): Promise<MetricsListener> {
  const options = { requestTimeout: REQUEST_MS_MAX, headersTimeout: HEADERS_MS_MAX }
  const server = createServer(options, (request, response) => {
    const send = (status: number, type: string, text: string) =>
      response.writeHead(status, { 'content-type': type }).end(text)
    if (request.method !== 'GET' || request.url !== '/metrics') {
      send(404, 'text/plain', 'only /metrics is here\n')
      return
    }
    gaugesOf(service).then(
      gauges => send(200, TYPE, service.metrics.render(gauges)),
      () => send(503, 'text/plain', 'not ready\n'),
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

async function gaugesOf({ publisher, clock, db }: Service): Promise<Gauges> {
  const manifest = publisher.latest()
  return {
    gates: await countGates(db, clock.now()).catch(() => undefined),
    manifestVersion: manifest?.version ?? 0,
    manifestAgeSeconds: manifest === undefined ? 0 : (clock.now() - manifest.madeAt) / 1000,
    trustVersion: publisher.trust().version,
  }
}
