/** Gates on a real broker for tests: real keys, real threads; and brokers and peers of all kinds. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { WAIT_MS_MAX } from '../../../hardware/sim/until.ts'
import { systemTimers } from '../../../hardware/system-time.ts'
import type { BusLink, LinkEvent, SiblingKey } from '../../bus/link.ts'
import type { FactsMessage, Ignored, Message } from '../../bus/message.ts'
import type { ThreadData } from '../../bus/thread.ts'
import { createThreadLink } from '../../bus/thread-link.ts'
import { ctiOf } from './wire.ts'

export type Teardown = { teardown(run: () => unknown): void }

export interface Crew {
  readonly keys: readonly SiblingKey[]
  privateKey(name: string): KeyObject
}

/** The gates of one station with their keys. */
export function createCrew(names: readonly string[]): Crew {
  const pairs = new Map(names.map(name => [name, generateKeyPairSync('ed25519')]))
  const keys = [...pairs].map(([name, { publicKey }]) => {
    const { x } = publicKey.export({ format: 'jwk' })
    return { name, key: new Uint8Array(Buffer.from(x ?? '', 'base64url')) }
  })
  return {
    keys,
    privateKey(name) {
      const pair = pairs.get(name)
      if (pair === undefined) throw new Error(`no gate ${name}`)
      return pair.privateKey
    },
  }
}

export interface Peer {
  readonly link: BusLink
  readonly events: LinkEvent[]
  readonly messages: Message[]
  /** Messages ignored so far for this reason. */
  ignored(reason: Ignored): number
  /** The next event, past or coming, that fits. */
  event(what: string, fits: (event: LinkEvent) => boolean): Promise<LinkEvent>
  up(): Promise<LinkEvent>
}

/** A gate's link in its thread; closed at the end of the test. */
export function createPeer(
  t: Teardown,
  crew: Crew,
  name: string,
  broker: ThreadData['broker'],
): Peer {
  const events: LinkEvent[] = []
  const waiting = new Set<() => void>()
  const link = createThreadLink({
    ...{ station: 'north', gate: name, privateKey: crew.privateKey(name), broker },
    timers: systemTimers,
    onFault: () => {},
  })
  link.onEvent(event => {
    events.push(event)
    for (const look of waiting) look()
  })
  link.setKeys(crew.keys)
  t.teardown(() => link.close())

  function event(what: string, fits: (event: LinkEvent) => boolean): Promise<LinkEvent> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`${name}: ${what}: late`))
      }, WAIT_MS_MAX)
      const look = () => {
        const found = events.find(fits)
        if (found === undefined) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  }

  return {
    link,
    events,
    get messages() {
      return events.flatMap(one => (one.type === 'message' ? [one.message] : []))
    },
    ignored: reason =>
      events.reduce(
        (sum, one) => sum + (one.type === 'ignored' && one.reason === reason ? one.count : 0),
        0,
      ),
    event,
    up: () => event('up', one => one.type === 'state' && one.up),
  }
}

/** One fact of `gate`, as its message number `seq`. */
export function factsOf(gate: string, seq: number, over: Partial<FactsMessage> = {}): FactsMessage {
  const at = 1_800_000_000_000
  const fact = {
    ...({ kind: 'visit', gate, area: 'main', inside: true } as const),
    ...{ cti: ctiOf(seq), at },
  }
  const head = { station: 'north', gate, epoch: 'e'.repeat(16), seq, at }
  return { kind: 'facts', ...head, facts: [fact], ...over }
}

/** A broker that stands by itself; it asks nobody who he is, unless `admits` does. */
export async function openOpenBroker(
  t: Teardown,
  port = 0,
  admits: (username?: string, password?: string) => boolean = () => true,
) {
  const aedes = await Aedes.createBroker({
    authenticate: (_client, username, password, done) =>
      done(null, admits(username, password?.toString())),
  })
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    aedes.handle(socket)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const at = (server.address() as AddressInfo).port
  const cut = async (): Promise<void> => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
    await new Promise<void>(resolve => aedes.close(resolve))
  }
  t.teardown(cut)
  return { url: `mqtt://127.0.0.1:${at}`, port: at, cut }
}
