/**
 * The face check of the authority's own service, over HTTP. A check without an answer is sent once
 * more, under the same `idempotency-key` and within one deadline: it counts as one try. While the
 * service is away no request waits for it. Nothing of a picture is kept or logged.
 */
import { abortAfter, type Random, sleep, type Timers } from '../clock.ts'
import { isComplete } from './challenge.ts'
import { createCircuit } from './circuit.ts'
import {
  PICTURE_BYTES_MAX,
  REMOTE_AGAIN_MS,
  REMOTE_AWAY_MS,
  REMOTE_FAILURES_MAX,
  REMOTE_SENDS_MAX,
} from './limits.ts'
import { type Capture, type FaceCheck, FaceCheckError, type FaceOutcome } from './port.ts'
import { type Came, readAnswer, requestBody } from './remote-protocol.ts'

export interface RemoteParts {
  readonly url: string
  /** Sent as bearer token (RFC 6750). */
  readonly secret: string
  /** What one check may take, repeating included, milliseconds. */
  readonly deadlineMs: number
  /** Told why a check came to nothing; never anything of a picture. */
  readonly onFault: (what: string, error: unknown) => void
  readonly timers: Timers
  readonly random: Random
  readonly fetch: typeof fetch
}

export interface RemoteFaces extends FaceCheck {
  check(onFile: Uint8Array, capture: Capture): Promise<FaceOutcome>
}

export function createRemoteFaces(parts: RemoteParts): RemoteFaces {
  const { timers, onFault, deadlineMs } = parts
  const closing = new AbortController()
  const circuit = createCircuit({ failuresMax: REMOTE_FAILURES_MAX, openMs: REMOTE_AWAY_MS })

  /** Not a fault when the service only says that it is busy: it is there. */
  function settle(came: Came): FaceOutcome {
    if (came.ok || came.fault === 'BUSY') circuit.worked()
    else circuit.failed(timers.monotonic())
    if (came.ok) return came.outcome
    const cause = came.error ?? new FaceCheckError('UNAVAILABLE')
    onFault(`the face check came to nothing: ${came.fault}`, cause)
    throw new FaceCheckError(came.fault === 'BUSY' ? 'BUSY' : 'UNAVAILABLE', { cause })
  }

  return {
    warm() {},
    async check(onFile, capture) {
      const refused = refusedUnsent(capture)
      if (refused !== undefined) return refused
      if (closing.signal.aborted) throw new FaceCheckError('UNAVAILABLE')
      if (!circuit.enter(timers.monotonic())) throw new FaceCheckError('UNAVAILABLE')
      const late = abortAfter(timers, deadlineMs)
      const deadline = AbortSignal.any([closing.signal, late.signal])
      try {
        return settle(await send(parts, requestBody(onFile, capture), deadline))
      } finally {
        late.cancel()
      }
    },
    async close() {
      closing.abort()
    },
  }
}

/** What need not be sent. */
function refusedUnsent(capture: Capture): FaceOutcome | undefined {
  const reason = !isComplete(capture)
    ? 'INCOMPLETE'
    : capture.frames.some(frame => frame.picture.length > PICTURE_BYTES_MAX)
      ? 'BAD_PICTURE'
      : undefined
  return reason && { challengePassed: false, matched: false, reason }
}

/** The same request under the same key, until it is answered, may not be repeated, or time is up. */
async function send(parts: RemoteParts, body: string, deadline: AbortSignal): Promise<Came> {
  const key = parts.random.bytes(16).toString('hex')
  for (let sends = 1; ; sends++) {
    const came = await sendOnce(parts, { key, body }, deadline)
    if (came.ok || !came.again || sends >= REMOTE_SENDS_MAX) return came
    const over = new Promise(resolve => deadline.addEventListener('abort', resolve, { once: true }))
    await Promise.race([sleep(parts.timers, REMOTE_AGAIN_MS), over])
    if (deadline.aborted) return came
  }
}

async function sendOnce(
  { url, secret, fetch }: RemoteParts,
  { key, body }: { readonly key: string; readonly body: string },
  deadline: AbortSignal,
): Promise<Came> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        authorization: `Bearer ${secret}`,
      },
      body,
      redirect: 'error',
      signal: deadline,
    })
    return await readAnswer(response)
  } catch (error) {
    if (deadline.aborted) return { ok: false, fault: 'TIMEOUT', again: false, error }
    return { ok: false, fault: 'NETWORK', again: true, error }
  }
}
