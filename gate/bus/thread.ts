/**
 * The bus thread: the MQTT client, an embedded broker if this gate has it, and every signature. A
 * peer that floods, or sends what no parser should meet, costs this thread its time or its life;
 * the thread that moves the barrier goes on.
 */
import { createPublicKey, type KeyObject, randomBytes, randomInt } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { type Broker, openBroker } from './broker.ts'
import { guardSocket } from './guarded-socket.ts'
import { BROKER_LIMITS, COUNTS_MS, RECEIVE_QUEUE_MAX, RECONNECT_MAX_MS } from './limits.ts'
import type { LinkEvent, SiblingKey } from './link.ts'
import {
  type Ignored,
  type Message,
  openMessage,
  signMessage,
  topicOf,
  topicsFor,
} from './message.ts'
import { type BusClient, createBusClient, socketTo } from './mqtt-client.ts'
import { createSenderLimit } from './sender-limit.ts'
import { createStrangerWatch } from './stranger.ts'
import { clientIdOf, makeTicket } from './ticket.ts'

/** What the thread is started with. */
export interface ThreadData {
  readonly station: string
  readonly gate: string
  readonly privateKey: KeyObject
  readonly broker:
    | { readonly embedded: { readonly host: string; readonly port: number } }
    | {
        readonly url: string
        readonly login?: { readonly username: string; readonly password: string } | undefined
        readonly ca?: string | undefined
      }
}

export type ThreadRequest =
  | { readonly type: 'keys'; readonly keys: readonly SiblingKey[] }
  | { readonly type: 'send'; readonly message: Message }
  | { readonly type: 'close' }

/** `sent`: one message has left the queue. */
export type ThreadAnswer = LinkEvent | { readonly type: 'sent' } | { readonly type: 'closed' }

const timers = {
  after(delayMs: number, run: () => void) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

const port = parentPort
if (port === null) throw new Error('thread.ts runs as a worker thread')
const tell = (answer: ThreadAnswer): void => port.postMessage(answer)
const { station, gate, privateKey, broker: at } = workerData as ThreadData
const random = (): number => randomInt(2 ** 32) / 2 ** 32

const random16 = (): string => randomBytes(8).toString('hex')

/** Not to be guessed: a broker ends the connection of whose id another one takes. */
const clientId = clientIdOf(gate, random16())
const ending = new AbortController()

let keys = new Map<string, KeyObject>()
const keyOf = (name: string): KeyObject | undefined => keys.get(name)
const limit = createSenderLimit(() => performance.now())
const ignored = new Map<Ignored, number>()
let broker: Broker | undefined
let client: BusClient | undefined
let sending = Promise.resolve()
let receiving = Promise.resolve()
let waiting = 0
let closing = false
let connected = false
/** Of a broker that stands by itself; the embedded one is known. */
let lookForStrangers: ((connected: boolean) => void) | undefined

port.on('message', (request: ThreadRequest) => {
  if (request.type === 'keys') {
    keys = keysOf(request.keys)
    client?.resubscribe()
  } else if (request.type === 'send') sending = sending.then(() => send(request.message))
  else void close()
})
const counting = setInterval(() => {
  tellCounts()
  if (connected) lookForStrangers?.(false)
}, COUNTS_MS)
await start(RECONNECT_MAX_MS)

/** An address that can't be had now is tried for ever. */
async function start(retryMs: number): Promise<void> {
  if ('url' in at) {
    const { url, ca } = at
    lookForStrangers = createStrangerWatch({
      ...{ random16, timers, signal: ending.signal, monotonicMs: () => performance.now() },
      open: () => guardSocket(socketTo({ url, ca }), timers, BROKER_LIMITS),
      onOpen: open => tell({ type: 'open', open }),
    })
    client = clientOf(url, async () => at.login ?? ticket(), ca)
    return
  }
  try {
    broker = await openBroker({ ...at.embedded, station, keyOf, timers })
  } catch (error) {
    tell({ type: 'state', up: false, detail: `broker: ${(error as Error).message}` })
    timers.after(retryMs, () => void (closing || start(retryMs)))
    return
  }
  tell({ type: 'listening', port: broker.port })
  const host = at.embedded.host === '0.0.0.0' ? '127.0.0.1' : at.embedded.host
  client = clientOf(`mqtt://${host.includes(':') ? `[${host}]` : host}:${broker.port}`, ticket)
}

async function ticket(): Promise<{ username: string; password: string }> {
  return { username: gate, password: await makeTicket(station, gate, privateKey, randomBytes) }
}

function clientOf(
  url: string,
  credentials: () => Promise<{ username: string; password: string }>,
  ca?: string,
): BusClient {
  return createBusClient({
    ...{ url, clientId, credentials, ca, timers, random },
    topics: () => topicsFor(station, gate, keys.keys()),
    onState(up, detail) {
      connected = up
      tell({ type: 'state', up, detail })
      if (up) lookForStrangers?.(true)
    },
    onMessage: receive,
    onSkipped: packets => count('OVERSIZE', packets),
  })
}

/** One after the other, so that their numbers come in order. */
function receive(topic: string, payload: Uint8Array): void {
  const refused = waiting < RECEIVE_QUEUE_MAX ? limit(topic) : 'FLOOD'
  if (refused !== undefined) {
    count(refused)
    return
  }
  waiting += 1
  receiving = receiving.then(() => take(topic, payload))
}

async function take(topic: string, payload: Uint8Array): Promise<void> {
  const opened = await openMessage(topic, payload, station, keyOf)
  waiting -= 1
  if (typeof opened === 'string') count(opened)
  else tell({ type: 'message', message: opened })
}

function count(reason: Ignored, times = 1): void {
  ignored.set(reason, (ignored.get(reason) ?? 0) + times)
}

async function send(message: Message): Promise<void> {
  await client?.publish(topicOf(message), await signMessage(message, privateKey))
  tell({ type: 'sent' })
}

function keysOf(siblings: readonly SiblingKey[]): Map<string, KeyObject> {
  return new Map(
    siblings.map(({ name, key }) => {
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') }
      return [name, createPublicKey({ key: jwk, format: 'jwk' })]
    }),
  )
}

function tellCounts(): void {
  for (const [reason, times] of ignored) tell({ type: 'ignored', reason, count: times })
  ignored.clear()
}

async function close(): Promise<void> {
  closing = true
  ending.abort()
  await sending
  await client?.close()
  await broker?.close()
  clearInterval(counting)
  tellCounts()
  tell({ type: 'closed' })
  port?.close()
}
