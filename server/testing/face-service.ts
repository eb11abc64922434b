/** A face check of the authority's for tests: a real HTTP server that answers as the test says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface FaceService {
  readonly url: string
  /** Requests so far, read whole. */
  readonly asked: Asked[]
  /** What the next requests get. */
  answer: (response: ServerResponse, asked: Asked) => void
  close(): Promise<void>
}

export const answerJson =
  (value: unknown, status = 200) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof value === 'string' ? value : JSON.stringify(value))
  }

/** Port 0: any free one. */
export async function startFaceService(): Promise<FaceService> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const asked = { headers: request.headers, body: Buffer.concat(parts).toString() }
    service.asked.push(asked)
    service.answer(response, asked)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const service: FaceService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/checks`,
    asked: [],
    answer: answerJson({ challengePassed: true, matched: true, band: 'near' }),
    close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
  return service
}
