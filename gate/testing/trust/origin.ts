/**
 * The service's HTTP surface over the files of a `TrustWorld`: as a real server on 127.0.0.1, or
 * as a `fetch` of its own for virtual time. `intercept` lets a test lie at any address.
 */
import { createHash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FetchPort } from '../../net/download.ts'
import type { TrustWorld } from './world.ts'

export interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array | string
}

export interface Origin {
  readonly world: TrustWorld
  /** Requests so far, the newest `REQUESTS_KEPT`, as `GET /v1/trust/manifest`. */
  readonly requests: string[]
  /** True: no connection at all. */
  down: boolean
  /** Answers instead of the service when it returns something. */
  intercept: (line: string, body: string) => Answer | undefined | Promise<Answer | undefined>
  /** Takes the raw response over in the real server, for bodies that stall or never end. */
  hijack: (line: string, response: ServerResponse) => boolean
}

export function createOrigin(world: TrustWorld): Origin {
  return { world, requests: [], down: false, intercept: () => undefined, hijack: () => false }
}

/** More than any test asks about: a long run must not grow by them. */
const REQUESTS_KEPT = 10_000

const NOT_FOUND: Answer = { status: 404, headers: { 'cache-control': 'no-store' } }

function file(bytes: Uint8Array | undefined): Answer {
  if (bytes === undefined) return NOT_FOUND
  return { status: 200, headers: { 'content-type': 'application/cose' }, body: bytes }
}

async function answer(
  origin: Origin,
  line: string,
  etagSent: string | undefined,
  body: string,
): Promise<Answer> {
  origin.requests.push(line)
  if (origin.requests.length > REQUESTS_KEPT) origin.requests.shift()
  const lie = await origin.intercept(line, body)
  if (lie !== undefined) return lie
  const { files } = origin.world
  const [, , , kind, name = ''] = (line.split(' ')[1] ?? '').split('/')
  if (line === 'POST /v1/gates/time') {
    const { nonce } = JSON.parse(body) as { nonce: string }
    return file(await origin.world.timeAnswer(Buffer.from(nonce, 'base64url')))
  }
  if (kind === 'document') return file(files.documents.get(Number(name)))
  if (kind === 'list') return file(files.lists.get(name))
  if (kind !== 'manifest' || files.manifest === undefined) return NOT_FOUND
  const etag = `"${createHash('sha256').update(files.manifest).digest('base64url').slice(0, 22)}"`
  if (etagSent === etag) return { status: 304, headers: { etag } }
  return { status: 200, headers: { etag, 'cache-control': 'max-age=2' }, body: files.manifest }
}

/** A real server; returns its base address. Closed at the end of the test. */
export async function serveOrigin(
  t: { teardown(run: () => void): void },
  origin: Origin,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const line = `${request.method} ${request.url}`
    if (origin.down) return void response.socket?.destroy()
    if (origin.hijack(line, response)) return
    let body = ''
    for await (const part of request) body += part
    const {
      status,
      headers,
      body: bytes,
    } = await answer(origin, line, request.headers['if-none-match'], body)
    response.writeHead(status, headers).end(bytes)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A `fetch` without a network. */
export function fetchFrom(origin: Origin): FetchPort {
  return async (url, init) => {
    if (origin.down) throw new TypeError('fetch failed')
    const line = `${init.method ?? 'GET'} ${new URL(url).pathname}`
    const etag = (init.headers as Record<string, string>)['if-none-match']
    const { status, headers = {}, body } = await answer(origin, line, etag, `${init.body ?? ''}`)
    return new Response(status === 304 ? null : (body as string | undefined), { status, headers })
  }
}
