/**
 * Reads a request's body, once it is known who sends it: up to the route's own maximum, where there
 * is room for it, as long as it keeps coming.
 */
import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import { Problem } from '../errors.ts'
import type { BODY_ROOMS } from '../load-limits.ts'
import { BODY_BYTES_MAX, BODY_STEP_BYTES, BODY_STEP_MS_MAX } from '../load-limits.ts'
import type { ServiceEnv } from '../service.ts'
import type { BodyPlace } from './body-room.ts'

/** Where bodies of a route are held, and how long one may be. */
export interface BodyKind {
  readonly room: keyof typeof BODY_ROOMS
  readonly bytesMax: number
}

/** Of a route that says nothing of its own. */
export const SMALL_BODY: BodyKind = { room: 'small', bytesMax: BODY_BYTES_MAX }

export interface ReadBody {
  readonly bytes: Uint8Array
  /** Gives its place back: when the request is answered. */
  release(): void
}

const NO_ROOM_WAIT_S = '2'

/** Throws Problem `TOO_LARGE` by what the headers say alone. */
export function demandLength(c: Context, bytesMax: number): void {
  if ((declaredLength(c) ?? 0) > bytesMax) throw new Problem('TOO_LARGE')
}

function declaredLength(c: Context): number | undefined {
  const written = c.req.header('content-length')
  return written === undefined ? undefined : Number(written)
}

/**
 * `client`: whose share of the room it is. Throws Problem `TOO_LARGE`, `BUSY` without room or when
 * it lost its place, `BODY_SLOW`, or `BAD_REQUEST` for one that was broken off.
 */
export async function readBody(
  c: Context<ServiceEnv>,
  kind: BodyKind,
  client: string,
): Promise<ReadBody> {
  const incoming = (c.env as { incoming?: IncomingMessage } | undefined)?.incoming
  if (incoming === undefined) return bodyInMemory(c, kind)
  const length = declaredLength(c)
  const lost = new AbortController()
  const room = c.get('load').bodies[kind.room]
  const bytes = length ?? kind.bytesMax
  const place = room.take(client, bytes, performance.now(), () => lost.abort())
  if (place === undefined) throw busy()
  try {
    const received = await receive(incoming, { ...kind, length, place, lost: lost.signal })
    place.whole()
    return { bytes: received, release: place.release }
  } catch (error) {
    place.release()
    throw error
  }
}

/** As tests call the application: without a socket. */
async function bodyInMemory(c: Context, { bytesMax }: BodyKind): Promise<ReadBody> {
  const bytes = new Uint8Array(await c.req.arrayBuffer())
  if (bytes.length > bytesMax) throw new Problem('TOO_LARGE')
  return { bytes, release: () => {} }
}

const END = { connection: 'close' }
const busy = () => new Problem('BUSY', {}, { 'retry-after': NO_ROOM_WAIT_S })
const lostPlace = () => new Problem('BUSY', {}, { 'retry-after': NO_ROOM_WAIT_S, ...END })

interface Expected {
  readonly bytesMax: number
  /** Undefined for chunks. */
  readonly length: number | undefined
  readonly place: BodyPlace
  readonly lost: AbortSignal
}

function receive(incoming: IncomingMessage, of: Expected): Promise<Uint8Array> {
  const { length, bytesMax, place, lost } = of
  return new Promise((resolve, reject) => {
    const gathered = length === undefined ? gatherChunks() : gatherLength(length)
    let marked = 0
    let timer = setTimeout(tooSlow, BODY_STEP_MS_MAX)
    function tooSlow() {
      finish(() => reject(new Problem('BODY_SLOW', {}, END)))
    }
    const onData = (chunk: Uint8Array) => {
      const got = gathered.add(chunk)
      if (got > bytesMax) return finish(() => reject(new Problem('TOO_LARGE')))
      if (got - marked < BODY_STEP_BYTES) return
      marked = got
      place.moved(performance.now())
      clearTimeout(timer)
      timer = setTimeout(tooSlow, BODY_STEP_MS_MAX)
    }
    const onEnd = () => finish(() => resolve(gathered.whole()))
    const onBroken = () => finish(() => reject(new Problem('BAD_REQUEST')))
    const onLost = () => finish(() => reject(lostPlace()))
    const listeners = { data: onData, end: onEnd, error: onBroken, close: onBroken }
    function finish(settle: () => void) {
      clearTimeout(timer)
      for (const [name, listener] of Object.entries(listeners)) incoming.off(name, listener)
      lost.removeEventListener('abort', onLost)
      // What still comes is thrown away as it comes: who is sending gets to read the answer.
      incoming.on('error', () => {}).resume()
      settle()
    }
    for (const [name, listener] of Object.entries(listeners)) incoming.on(name, listener)
    lost.addEventListener('abort', onLost)
    if (incoming.destroyed) onBroken()
  })
}

/** One buffer of the length that was announced, filled as it comes. */
function gatherLength(length: number) {
  const buffer = Buffer.allocUnsafeSlow(length)
  let filled = 0
  return {
    add(chunk: Uint8Array) {
      buffer.set(chunk, filled)
      filled += chunk.length
      return filled
    },
    whole: () => buffer.subarray(0, filled),
  }
}

function gatherChunks() {
  const chunks: Uint8Array[] = []
  let length = 0
  return {
    add(chunk: Uint8Array) {
      chunks.push(chunk)
      length += chunk.length
      return length
    },
    whole: () => Buffer.concat(chunks),
  }
}
