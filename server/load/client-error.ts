/**
 * Requests that end before they are whole. Node by itself answers such a one with a status alone; a
 * phone whose pictures came too slowly must be told what to do, as by every other refusal.
 */
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { PROBLEMS, type ProblemCode, problemDocument } from '../errors.ts'

/** The document of a refusal, for the path that was asked; undefined when that did not arrive. */
export type DocumentOf = (code: ProblemCode, path: string | undefined) => object

/** Faults of Node's reader that have a document; whoever causes another one reads none. */
const CODE_OF: Readonly<Record<string, ProblemCode>> = { ERR_HTTP_REQUEST_TIMEOUT: 'BODY_SLOW' }
/** As Node has them (its http module, `clientError`). */
const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
}
const BAD_REQUEST = 400

/** To be called before the server listens. A connection whose answer has begun is ended without a word. */
export function answerClientErrors(server: Server, documentOf: DocumentOf = problemDocument): void {
  const newest = new WeakMap<Duplex, { request: IncomingMessage; answer: ServerResponse }>()
  server.prependListener('request', (request, answer) => {
    newest.set(request.socket, { request, answer })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const last = newest.get(socket)
    // What came before it on this connection is answered, and says nothing of it.
    const open = last?.answer.writableFinished === false ? last : undefined
    const hasBegun = open?.answer.headersSent === true
    const path = open?.request.url?.split('?')[0]
    if (socket.writable && !hasBegun) {
      socket.write(answerTo(error.code ?? '', code => documentOf(code, path)))
    }
    socket.destroy(error)
  })
}

function answerTo(fault: string, documentOf: (code: ProblemCode) => object): string {
  const code = CODE_OF[fault]
  if (code === undefined) return head(STATUS_OF[fault] ?? BAD_REQUEST, ['content-length: 0'])
  const body = JSON.stringify(documentOf(code))
  return `${head(PROBLEMS[code].status, [
    'content-type: application/problem+json',
    'cache-control: no-store',
    `content-length: ${Buffer.byteLength(body)}`,
  ])}${body}`
}

const head = (status: number, headers: readonly string[]): string =>
  [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'connection: close', ...headers, '\r\n'].join(
    '\r\n',
  )
