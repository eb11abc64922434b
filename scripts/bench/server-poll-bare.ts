/**
 * A process for `server-polling.ts`: a bare Hono route that answers each poll with 304, whoever asks. What
 * its polls take is the runtime's time, the machine's and the askers'. Prints its port, serves until it is
 * stopped.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'

/** Gates keep their connections between two polls. */
const KEEP_ALIVE_MS = 60_000
const BACKLOG = 4096

const headers = { etag: '"bare"', 'cache-control': 'public, max-age=2' }
const bare = new Hono()
bare.get('/v1/trust/manifest', () => new Response(null, { status: 304, headers }))
const options = { keepAliveTimeout: KEEP_ALIVE_MS }
const server = createServer(options, getRequestListener(bare.fetch))
server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ port })}\n`)
})
