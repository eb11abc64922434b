/**
 * A process for `server-manifest.ts`: the service, and beside it a bare Hono route that answers 304,
 * each on a port of its own, so that the CPU time of answering is told apart from that of asking.
 * Speaks over its IPC channel; ends with it.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { openWorld } from '../../server/testing/world.ts'

/** What it tells first. */
export interface PeerReady {
  readonly ours: number
  readonly bare: number
  readonly etag: string
}

const [folder] = process.argv.slice(2)
if (folder === undefined || process.send === undefined) throw new Error('started by hand')
const world = await openWorld(folder)
const etag = world.service.publisher.latest()?.etag ?? ''
const headers = { etag, 'cache-control': 'public, max-age=2' }
const bare = new Hono()
bare.get('/v1/trust/manifest', c =>
  c.req.header('if-none-match') === etag
    ? new Response(null, { status: 304, headers })
    : c.body('changed'),
)
const server = createServer(getRequestListener(bare.fetch)).listen(0, '127.0.0.1')
const ours = Number(new URL(await world.listen()).port)
const ready: PeerReady = { ours, bare: (server.address() as AddressInfo).port, etag }
process.send(ready)
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.once('disconnect', () => process.exit(0))
