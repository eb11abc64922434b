/** A TCP proxy before a database whose network can hang: nothing is refused, nothing comes through. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

export interface HangingProxy {
  /** As `target`, through the proxy. */
  readonly url: string
  /** From now on nothing comes through, on new connections either. */
  hang(): void
  /** New connections work again; old ones also, unless they are forgotten, as by a firewall. */
  resume(old: 'kept' | 'forgotten'): void
  close(): Promise<void>
}

export async function createHangingProxy(target: string): Promise<HangingProxy> {
  const { hostname, port } = new URL(target)
  const pairs = new Set<readonly [Socket, Socket]>()
  const forgotten = new Set<readonly [Socket, Socket]>()
  let hanging = false
  const server = createServer(near => {
    const far = connect(Number(port), hostname)
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [one, other] of [pair, [far, near]] as const) {
      one.on('error', () => {})
      one.on('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
      one.on('data', chunk => void other.write(chunk))
      if (hanging) one.pause()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    hang() {
      hanging = true
      for (const pair of pairs) for (const socket of pair) socket.pause()
    },
    resume(old) {
      hanging = false
      for (const pair of pairs) {
        if (old === 'forgotten') forgotten.add(pair)
        if (!forgotten.has(pair)) for (const socket of pair) socket.resume()
      }
    },
    async close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
