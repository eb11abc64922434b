/**
 * Reads a request's body after its sender is known: up to the route's maximum, where there is room for
 * it, as long as bytes keep coming.
 */
import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import type { Timers } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import type { BodyPlace } from '../../load/body-room.ts'
import type { BODY_ROOMS } from '../../load/limits.ts'
import { BODY_BYTES_MAX, BODY_STEP_BYTES, BODY_STEP_MS_MAX } from '../../load/limits.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { gather } from './body-bytes.ts'

/** Where bodies of a route are held, and how long one may be. */
export interface BodyKind {
  readonly room: keyof typeof BODY_ROOMS
  readonly bytesMax: number
}

/** Of a route that says nothing of its own. */
export const SMALL_BODY: BodyKind = { room: 'small', bytesMax: BODY_BYTES_MAX }

interface ReadBody {
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
 * Runs `work` on the body, which keeps its place until `work` ends. `client`: whose share of the room
 * it is. Throws what `work` throws, and Problem `TOO_LARGE`, `BUSY` without room or when it lost its
 * place, `BODY_SLOW`, or `BAD_REQUEST` for one that was broken off.
 */
export async function withBody<T>(
  c: Context<ServiceEnv>,
  kind: BodyKind,
  client: string,
  work: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  const { bytes, release } = await readBody(c, kind, client)
  try {
    return await work(bytes)
  } finally {
    release()
  }
}

async function readBody(c: Context<ServiceEnv>, kind: BodyKind, client: string): Promise<ReadBody> {
  const incoming = (c.env as { incoming?: IncomingMessage } | undefined)?.incoming
  if (incoming === undefined) return bodyInMemory(c, kind)
  const length = declaredLength(c)
  const lost = new AbortController()
  const room = c.get('load').bodies[kind.room]
  const { timers } = c.get('service')
  const bytes = length ?? kind.bytesMax
  const place = room.take(client, bytes, timers.monotonic(), () => lost.abort())
  if (place === undefined) throw busy()
  try {
    const received = await receive(incoming, { ...kind, place, lost: lost.signal, timers })
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
  readonly place: BodyPlace
  readonly lost: AbortSignal
  readonly timers: Timers
}

function receive(incoming: IncomingMessage, of: Expected): Promise<Uint8Array> {
  const { bytesMax, place, lost, timers } = of
  return new Promise((resolve, reject) => {
    const gathered = gather(bytesMax)
    let got = 0
    let marked = 0
    let inTime = timers.after(BODY_STEP_MS_MAX, tooSlow)
    function tooSlow() {
      finish(() => reject(new Problem('BODY_SLOW', {}, END)))
    }
    const onData = (chunk: Uint8Array) => {
      if (got + chunk.length > bytesMax) return finish(() => reject(new Problem('TOO_LARGE')))
      got = gathered.add(chunk)
      if (got - marked < BODY_STEP_BYTES) return
      marked = got
      place.moved(timers.monotonic())
      inTime()
      inTime = timers.after(BODY_STEP_MS_MAX, tooSlow)
    }
    const onEnd = () => {
      const whole = gathered.whole()
      finish(() => resolve(whole))
    }
    const onBroken = () => finish(() => reject(new Problem('BAD_REQUEST')))
    const onLost = () => finish(() => reject(lostPlace()))
    const listeners = { data: onData, end: onEnd, error: onBroken, close: onBroken }
    function finish(settle: () => void) {
      inTime()
      for (const [name, listener] of Object.entries(listeners)) incoming.off(name, listener)
      lost.removeEventListener('abort', onLost)
      // What still comes is thrown away once there is an answer (`draining.ts`).
      incoming.on('error', ignore).pause()
      gathered.drop()
      settle()
    }
    for (const [name, listener] of Object.entries(listeners)) incoming.on(name, listener)
    lost.addEventListener('abort', onLost)
    if (incoming.destroyed) onBroken()
  })
}

/** Stands outside: a listener that is made where the bytes are would hold them. */
function ignore(): void {}
