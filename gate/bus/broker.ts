/**
 * The embedded broker of a small station: MQTT 3.1.1 by aedes, for the gates of the station
 * manifest alone. Each may publish on its own topics and listen to the station's; nothing is
 * retained, no session outlives its connection, and what a connection may cost is bounded.
 */
import type { KeyObject } from 'node:crypto'
import { type AddressInfo, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { Aedes, type Client } from 'aedes'
import type { Timers } from '../../hardware/ports.ts'
import { mayHear, maySay } from './access.ts'
import { guardSocket } from './guarded-socket.ts'
import { createGuests } from './guests.ts'
import {
  CONNECT_TIMEOUT_MS,
  CONNECTION_LIMITS,
  CONNECTIONS_MAX,
  DRAIN_MS,
  KEEPALIVE_S,
} from './limits.ts'
import { createTicketOffice, isClientIdOf } from './ticket.ts'

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

/** Rejects with the system's error when it can't listen. */
export async function openBroker(parts: BrokerParts): Promise<Broker> {
  const { station, timers, keyOf } = parts
  const office = createTicketOffice(station, keyOf)
  const guests = createGuests<Duplex>()
  const gateOf = ({ conn }: Client): string => guests.gateOf(conn as Duplex) ?? ''
  const aedes = await Aedes.createBroker({
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A gate that does not read is let go, so that it holds up no other.
    drainTimeout: DRAIN_MS,
    keepaliveLimit: KEEPALIVE_S,
    maxTopicLevels: 6,
    // Without an error the connection would stay, and nothing would end it.
    preConnect(_client, { clean, will }, done) {
      const plain = clean === true && !will
      done(plain ? null : new Error('a session that outlives its connection'), plain)
    },
    authenticate(client, username = '', password, done) {
      const own = isClientIdOf(username, client.id) && password !== undefined
      const admitted = own ? office.admits(username, password) : Promise.resolve(false)
      admitted.then(
        yes => {
          if (yes) guests.known(client.conn as Duplex, username)?.destroy()
          done(null, yes)
        },
        () => done(null, false),
      )
    },
    authorizePublish(client, { topic, retain, qos }, done) {
      const own = client !== null && maySay(station, gateOf(client), topic)
      done(own && !retain && qos === 0 ? null : new Error('not its own to say'))
    },
    authorizeSubscribe(client, subscription, done) {
      const own = mayHear(station, gateOf(client), subscription.topic, keyOf)
      done(own ? null : new Error('not its own to hear'), subscription)
    },
  })
  // A client's fault ends its connection; there is nothing more to do.
  for (const event of ['clientError', 'connectionError'] as const) aedes.on(event, () => {})

  const server = createServer(socket => {
    const guarded = guardSocket(socket, timers, CONNECTION_LIMITS)
    guarded.once('close', () => guests.left(guarded))
    const goes = guests.arrived(guarded, socket.remoteAddress ?? '')
    goes?.destroy()
    if (goes !== guarded) aedes.handle(guarded) satisfies Client
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
      for (const guest of guests.all()) guest.destroy()
      await closed
    },
  }
}
