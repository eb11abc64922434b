/**
 * `npm start -- --https`: a door to the service for phones of the same network. Browsers open camera and
 * keys at an address with TLS alone. TLS ends here; what is in it goes on to the service as it came.
 */
import { once } from 'node:events'
import { connect, isIPv4, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createServer, type Server } from 'node:tls'
import { makeOwnCertificate } from './own-certificate.ts'

export interface TlsDoor {
  /** As a phone types it. */
  readonly url: string
  readonly fingerprint: string
  close(): Promise<void>
}

export interface TlsDoorOptions {
  /** Where the service listens on this machine: asked at each connection, since it may move. */
  readonly target: () => string
  /** A free one where it is taken. */
  readonly port: number
  /** Names beside the machine's own addresses. */
  readonly names?: readonly string[]
}

/** A day's visit; the next start makes another one. */
const CERTIFICATE_DAYS = 7
/** A browser opens six at once. */
const CONNECTIONS_MAX = 200

/** Resolves when it listens, on each address of this machine. */
export async function openTlsDoor({ target, port, names = [] }: TlsDoorOptions): Promise<TlsDoor> {
  const addresses = addressesOfMachine()
  const own = ['localhost', ...names, '127.0.0.1', '::1', ...addresses]
  const { key, cert, fingerprint } = makeOwnCertificate(own, Date.now(), CERTIFICATE_DAYS)
  const open = new Set<Socket>()
  const server = createServer({ key, cert, ALPNProtocols: ['http/1.1'] }, visitor => {
    const { hostname, port } = new URL(target())
    join(visitor, connect(Number(port), hostname))
  })
  // From the first byte on: one that is greeting still would keep the door from closing.
  server.on('connection', socket => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  // A visitor that does not trust the certificate, or speaks no TLS: nothing to be done here.
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  server.maxConnections = CONNECTIONS_MAX
  const listening = await listenOn(server, port)
  return {
    url: `https://${names[0] ?? addresses.find(isIPv4) ?? '127.0.0.1'}:${listening}`,
    fingerprint,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const one of open) one.destroy()
      await closed
    },
  }
}

/** What one says is passed to the other; where one ends, the other does. */
function join(one: Socket, other: Socket): void {
  one.pipe(other).pipe(one)
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy())
    from.once('close', () => to.destroy())
  }
}

/** Gives the port. */
async function listenOn(server: Server, port: number): Promise<number> {
  try {
    server.listen(port)
    await once(server, 'listening')
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return listenOn(server, 0)
  }
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('listens on no port')
  return address.port
}

/** Those by which others reach it. An address of one link alone needs a zone: left out. */
function addressesOfMachine(): string[] {
  const all = Object.values(networkInterfaces()).flatMap(found => found ?? [])
  return all
    .filter(({ internal, scopeid }) => !internal && (scopeid ?? 0) === 0)
    .map(({ address }) => address)
}
