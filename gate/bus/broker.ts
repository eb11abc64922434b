/**
 * The embedded broker of a small station: MQTT 3.1.1 by aedes, for the gates of the station
 * manifest alone. Each may publish on its own topics and listen to the station's; nothing is
 * retained, no session outlives its connection, and what a connection may cost is bounded.
 */
import type { KeyObject } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Aedes, type Client } from 'aedes'
import type { Timers } from '../../hardware/ports.ts'
import { mayHear, maySay } from './access.ts'
import { guardSocket } from './guarded-socket.ts'
import {
  CONNECT_TIMEOUT_MS,
  CONNECTION_LIMITS,
  CONNECTIONS_MAX,
  CONNECTIONS_PER_ADDRESS_MAX,
  KEEPALIVE_S,
} from './limits.ts'
import { createTicketOffice } from './ticket.ts'

export interface BrokerParts {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly station: string
  readonly keyOf: (gate: string) => KeyObject | undefined
  readonly timers: Timers
}

export interface Broker {
  readonly port: number
  close(): Promise<void>
}

/** A client's id is its gate, and what makes it its own after a slash. */
const gateOf = ({ id }: Pick<Client, 'id'>): string => id.split('/', 1)[0] ?? ''

/** Rejects with the system's error when it can't listen. */
export async function openBroker(parts: BrokerParts): Promise<Broker> {
  const { station, timers } = parts
  const office = createTicketOffice(station, parts.keyOf)
  const aedes = await Aedes.createBroker({
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A gate that does not read is let go, so that it holds up no other.
    drainTimeout: CONNECT_TIMEOUT_MS,
    keepaliveLimit: KEEPALIVE_S,
    maxTopicLevels: 6,
    preConnect: (_client, { clean, will }, done) => done(null, clean === true && !will),
    authenticate(client, username = '', password, done) {
      const own = gateOf(client) === username && password !== undefined
      const admitted = own ? office.admits(username, password) : Promise.resolve(false)
      admitted.then(
        yes => done(null, yes),
        () => done(null, false),
      )
    },
    authorizePublish(client, { topic, retain, qos }, done) {
      const own = client !== null && maySay(station, gateOf(client), topic)
      done(own && !retain && qos === 0 ? null : new Error('not its own to say'))
    },
    authorizeSubscribe(client, subscription, done) {
      done(
        mayHear(station, gateOf(client), subscription.topic, parts.keyOf)
          ? null
          : new Error('not its own to hear'),
        subscription,
      )
    },
  })
  // A client's fault ends its connection; there is nothing more to do.
  for (const event of ['clientError', 'connectionError'] as const) aedes.on(event, () => {})

  const sockets = new Map<Socket, string>()
  const server = createServer(socket => {
    const address = socket.remoteAddress ?? ''
    const sameAddress = [...sockets.values()].filter(one => one === address).length
    if (sameAddress >= CONNECTIONS_PER_ADDRESS_MAX) {
      socket.destroy()
      return
    }
    sockets.set(socket, address)
    socket.once('close', () => sockets.delete(socket))
    aedes.handle(guardSocket(socket, timers, CONNECTION_LIMITS)) satisfies Client
  })
  server.maxConnections = CONNECTIONS_MAX
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(parts.port, parts.host, resolve)
  })

  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      await new Promise<void>(resolve => aedes.close(resolve))
      for (const socket of sockets.keys()) socket.destroy()
      await closed
    },
  }
}
