/**
 * One bounded request: the body is read up to a cap, the whole answer has one deadline, and an
 * endless, stalled or truncated body is cut off. What comes back is a value, never an exception.
 * Nothing here is trusted: every byte is verified later by its signature or its hash.
 */
import type { Timers } from '../../hardware/ports.ts'
import { ETAG_CHARS_MAX } from './limits.ts'

/** The part of the platform's `fetch` that is used. */
export type FetchPort = (url: string, init: RequestInit) => Promise<Response>

export interface DownloadPorts {
  readonly fetch: FetchPort
  readonly timers: Timers
  /** Ends every request in flight; they answer `NETWORK`. */
  readonly stopped: AbortSignal
}

export interface DownloadRequest {
  readonly url: string
  /** Largest body taken, bytes. */
  readonly bytesMax: number
  /** Deadline of the whole exchange, milliseconds. */
  readonly timeoutMs: number
  /** Answered with `NOT_MODIFIED` when the server still has it. */
  readonly etag?: string | undefined
  /** Sent as JSON by POST. */
  readonly json?: unknown
}

/**
 * - `LENGTH`: the body is larger than `bytesMax`.
 * - `TIMEOUT`: not whole within `timeoutMs`.
 * - `NETWORK`: no connection, a broken body, or a status other than 200 and 304. `status` tells.
 */
export type Download =
  | { readonly code: 'OK'; readonly bytes: Uint8Array; readonly etag: string | undefined }
  | { readonly code: 'NOT_MODIFIED' }
  | { readonly code: 'LENGTH' | 'TIMEOUT' }
  | { readonly code: 'NETWORK'; readonly status: number | undefined }

/**
 * No redirect is followed: who moves a file says so in the gate's config. These requests carry no
 * proof and what they bring is signed, so a redirect is a `NETWORK` fault with its status, no alarm.
 */
export async function download(ports: DownloadPorts, request: DownloadRequest): Promise<Download> {
  const abort = new AbortController()
  let late = false
  const cancelDeadline = ports.timers.after(request.timeoutMs, () => {
    late = true
    abort.abort()
  })
  const onStopped = () => abort.abort()
  ports.stopped.addEventListener('abort', onStopped)
  try {
    if (ports.stopped.aborted) return { code: 'NETWORK', status: undefined }
    const response = await ports.fetch(request.url, { ...initOf(request), signal: abort.signal })
    return await downloadOf(response, request)
  } catch {
    return late ? { code: 'TIMEOUT' } : { code: 'NETWORK', status: undefined }
  } finally {
    cancelDeadline()
    ports.stopped.removeEventListener('abort', onStopped)
    abort.abort()
  }
}

/** What an answer comes to, its body read up to the cap. Rejects when the body breaks off. */
export async function downloadOf(
  response: Response,
  request: Pick<DownloadRequest, 'bytesMax' | 'etag'>,
): Promise<Download> {
  if (response.status === 304 && request.etag !== undefined) return { code: 'NOT_MODIFIED' }
  if (response.status !== 200) return { code: 'NETWORK', status: response.status }
  const bytes = await readBody(response, request.bytesMax)
  if (bytes === undefined) return { code: 'LENGTH' }
  return { code: 'OK', bytes, etag: etagOf(response) }
}

function initOf(request: DownloadRequest): RequestInit {
  const headers: Record<string, string> = {}
  if (request.etag !== undefined) headers['if-none-match'] = request.etag
  if (request.json === undefined) return { headers, redirect: 'manual', cache: 'no-store' }
  headers['content-type'] = 'application/json'
  return {
    method: 'POST',
    headers,
    body: JSON.stringify(request.json),
    redirect: 'manual',
    cache: 'no-store',
  }
}

function etagOf(response: Response): string | undefined {
  const etag = response.headers.get('etag')
  return etag !== null && etag.length <= ETAG_CHARS_MAX ? etag : undefined
}

/** The body, or undefined as soon as it passes `bytesMax`. Throws when it breaks off. */
async function readBody(response: Response, bytesMax: number): Promise<Uint8Array | undefined> {
  if (Number(response.headers.get('content-length') ?? 0) > bytesMax) return undefined
  const parts: Uint8Array[] = []
  let length = 0
  if (response.body !== null) {
    for await (const part of response.body as AsyncIterable<Uint8Array>) {
      length += part.length
      if (length > bytesMax) return undefined
      parts.push(part)
    }
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
