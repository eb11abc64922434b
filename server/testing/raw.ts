/** Bytes over a socket of one's own, for requests that no HTTP client would send. */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { untilSettled } from '../../hardware/sim/until.ts'

export interface RawAnswer {
  /** 0: the connection was closed without one. */
  readonly status: number
  readonly code: string | undefined
}

/**
 * Writes `parts` one after the other, `gapMs` apart, until they or the connection end. Resolves when
 * an answer came or the connection was closed; rejects after `WAIT_MS_MAX`.
 */
export async function sendRaw(
  url: string,
  parts: Iterable<string | Uint8Array>,
  { gapMs = 0 } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  let got = ''
  let open = true
  socket.on('error', () => {})
  const closed = new Promise<void>(resolve => {
    socket.on('close', () => {
      open = false
      resolve()
    })
    socket.on('data', chunk => {
      got += chunk.toString('latin1')
      if (got.includes('\r\n\r\n')) socket.end()
    })
  })
  const written = (async () => {
    for (const part of parts) {
      if (!open || got !== '') return
      if (!socket.write(part))
        await Promise.race([closed, new Promise(r => socket.once('drain', r))])
      if (gapMs > 0) await sleep(gapMs)
    }
  })()
  await untilSettled('an answer', closed).finally(() => socket.destroy())
  await written
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(got)?.[1] ?? 0), code: codeIn(got) }
}

const codeIn = (answer: string): string | undefined => /"code":"([A-Z_]+)"/.exec(answer)?.[1]

/** A request's head and body. */
export function raw(path: string, headers: readonly string[], body: string | Uint8Array = '') {
  const head = [`POST ${path} HTTP/1.1`, 'host: x', ...headers, '', ''].join('\r\n')
  return [head, body]
}

/** A JSON request with its length. */
export const rawJson = (path: string, body: string | Uint8Array, ...headers: string[]) =>
  raw(
    path,
    ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, ...headers],
    body,
  )
