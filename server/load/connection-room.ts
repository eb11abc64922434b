/**
 * Keeps a server's connections within their shares. When there is no room left, the connection that
 * has waited longest without a whole request is closed for a new one: idle ones, and those whose
 * headers come slowly or never.
 */
import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Timers } from '../clock.ts'
import { clientOf } from './client-address.ts'
import type { ConnectionShares } from './connection-shares.ts'
import { CONNECTION_MAKES_ROOM_MS } from './limits.ts'

interface Open {
  readonly address: string
  /** Since when no request of it is under way, ms; undefined while one is. */
  waitsSince: number | undefined
}

/** Watches a server before it listens; `listener` must then be given every request. */
export function boundConnections(
  server: Server,
  { all, address: addressMax }: Pick<ConnectionShares, 'all' | 'address'>,
  timers: Timers,
): void {
  const open = new Map<Socket, Open>()
  const byAddress = new Map<string, number>()
  // One more is accepted, to be refused or to take another's place.
  server.maxConnections = all + 1

  function leave(socket: Socket): void {
    const held = open.get(socket)
    if (held === undefined) return
    open.delete(socket)
    const left = (byAddress.get(held.address) ?? 1) - 1
    if (left > 0) byAddress.set(held.address, left)
    else byAddress.delete(held.address)
  }

  /** Ends who has waited longest, of one address or of any. False when nobody has for long enough. */
  function makeRoom(of: string | undefined): boolean {
    const before = timers.monotonic() - CONNECTION_MAKES_ROOM_MS
    let longest: Socket | undefined
    let since = before
    for (const [socket, { address, waitsSince }] of open) {
      if (waitsSince === undefined || waitsSince > since) continue
      if (of !== undefined && of !== address) continue
      longest = socket
      since = waitsSince
    }
    if (longest === undefined) return false
    leave(longest)
    longest.destroy()
    return true
  }

  server.on('connection', (socket: Socket) => {
    const address = clientOf(socket.remoteAddress ?? '') ?? 'unknown'
    const own = byAddress.get(address) ?? 0
    const hasRoom =
      (own < addressMax || makeRoom(address)) && (open.size < all || makeRoom(undefined))
    if (!hasRoom) {
      socket.destroy()
      return
    }
    open.set(socket, { address, waitsSince: timers.monotonic() })
    byAddress.set(address, (byAddress.get(address) ?? 0) + 1)
    socket.once('close', () => leave(socket))
  })
  const busy: RequestListener = ({ socket }, response) => {
    const held = open.get(socket)
    if (held === undefined) return
    held.waitsSince = undefined
    response.once('close', () => {
      held.waitsSince = timers.monotonic()
    })
  }
  server.prependListener('request', busy)
}
