/** The station's page on this machine: its files, the stream of what happens, and lines that it runs. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { buildPages } from '../../../server/web/build.ts'
import { readPageFiles } from '../../../server/web/page-files.ts'
import {
  EVENTS_PATH,
  PICTURE_BYTES_MAX,
  PICTURE_PATH,
  RUN_PATH,
  SCENARIOS_PATH,
  TYPE_PATH,
  TYPED_BYTES_MAX,
} from '../../../server/web/station/protocol.ts'
import { guard } from './guard.ts'
import { LINE_BYTES_MAX, LINE_CHARS_MAX } from './limits.ts'
import { filmNamed, scenarioNames } from './scenarios.ts'
import type { Show } from './show.ts'

export interface StationPage {
  /** Of the page itself, or in one line why there is none. */
  readonly at: { readonly url: string } | { readonly problem: string }
  close(): Promise<void>
}

const PAGE_PATH = '/station'
const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }

const commandSchema = z.strictObject({
  // One line of plain text: nothing that a terminal would take for more.
  line: z
    .string()
    .max(LINE_CHARS_MAX)
    .regex(/^[\w .-]+$/),
})

const laneSchema = z.string().regex(/^\w{1,32}$/)

/** `port`: any free one where it is taken. Without a build there is no page; all else works. */
export async function servePage(show: Show, port: number): Promise<StationPage> {
  const build = await buildPages({ site: 'station', onStart: () => {} })
  if (!build.ok) return { at: { problem: build.problem }, close: async () => {} }
  const server = createAdaptorServer({ fetch: request => app.fetch(request) }) as Server
  const portNow = () => (server.address() as AddressInfo).port
  const app = createApp(show, portNow, build.folder)
  await listen(server, port).catch(() => listen(server, 0))
  return {
    at: { url: `http://127.0.0.1:${portNow()}${PAGE_PATH}` },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function createApp(show: Show, port: () => number, folder: string): Hono {
  const app = new Hono()
  let isFilming = false
  app.use(guard(port))
  for (const { path, answer } of readPageFiles(folder)) app.get(path, answer)
  app.get('/', c => c.redirect(PAGE_PATH))
  app.get(EVENTS_PATH, c => {
    const stream = show.open()
    if (stream === undefined) return c.text('BUSY: close another page of this station\n', 503)
    return new Response(stream, { headers: STREAM_HEADERS })
  })
  app.get(SCENARIOS_PATH, async c => {
    const name = c.req.query('name')
    if (name === undefined) return c.json(scenarioNames())
    if (isFilming) return c.text('BUSY: another scenario is being played; try again\n', 503)
    isFilming = true
    try {
      const film = await filmNamed(name)
      return film === undefined ? c.text('NO_SCENARIO: name one of the list\n', 404) : c.json(film)
    } catch (error) {
      return c.text(`NOT_PLAYED: ${(error as Error).message}\n`, 500)
    } finally {
      isFilming = false
    }
  })
  app.post(RUN_PATH, atMost(LINE_BYTES_MAX), async c => {
    const read = commandSchema.safeParse(await c.req.json().catch(() => undefined))
    if (!read.success) return c.text('BAD_LINE: send { "line": "…" }, one of the prompt’s\n', 400)
    if (!show.run(read.data.line)) return c.text('BUSY: many lines are under way; try again\n', 503)
    return c.body(null, 202)
  })
  app.post(PICTURE_PATH, atMost(PICTURE_BYTES_MAX), async c => {
    const lane = laneSchema.safeParse(c.req.query('lane'))
    if (!lane.success) return c.text('BAD_LANE: name one, as ?lane=A\n', 400)
    const bytes = new Uint8Array(await c.req.arrayBuffer())
    if (!show.picture(lane.data, bytes)) return c.text('BUSY: much is under way; try again\n', 503)
    return c.body(null, 202)
  })
  app.post(TYPE_PATH, atMost(TYPED_BYTES_MAX), async c => {
    show.type(new Uint8Array(await c.req.arrayBuffer()))
    return c.body(null, 202)
  })
  return app
}

const atMost = (maxSize: number) =>
  bodyLimit({ maxSize, onError: c => c.text(`TOO_LONG: send ${maxSize} bytes at most\n`, 413) })

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}
