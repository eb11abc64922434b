/** The address a request came from, for rate limits. Never logged, never stored with a person. */
import { isIPv4 } from 'node:net'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import ipaddr from 'ipaddr.js'
import { Problem } from '../errors.ts'

/** Of an IPv6 address, what one client holds at most: it can change all that follows at will. */
const IPV6_CLIENT_BYTES = 8

/**
 * One form for all spellings of one client: an IPv4 address, or the first 64 bits of an IPv6 one as
 * `2001:db8:0:1::/64`. Taken with a port, in brackets, or IPv4 in IPv6 (`::ffff:192.0.2.1`) too;
 * undefined for anything else.
 */
export function clientOf(written: string): string | undefined {
  const bare =
    /^\[(.{2,45})\](?::\d{1,5})?$/.exec(written)?.[1] ??
    /^([\d.]{7,15}):\d{1,5}$/.exec(written)?.[1] ??
    written
  // The library throws and catches an error of its own for whatever is no IPv4 address.
  if (!isIPv4(bare) && !ipaddr.IPv6.isValid(bare)) return undefined
  const address = ipaddr.process(bare)
  if (address.kind() === 'ipv4') return address.toString()
  const bytes = address.toByteArray().fill(0, IPV6_CLIENT_BYTES)
  return `${ipaddr.fromByteArray(bytes)}/64`
}

/**
 * The socket's peer, or with `proxies` trusted ones in front the entry of x-forwarded-for that the
 * outermost of them wrote. A request without the header came past the proxies: its peer counts.
 * `unknown` without a socket. Throws Problem `FORWARDED_BAD` where the proxies’ header has no such
 * entry: all clients would count as one.
 */
export function clientAddress(c: Context, proxies: number): string {
  const forwarded = proxies > 0 ? c.req.header('x-forwarded-for') : undefined
  if (forwarded === undefined) {
    const peer = peerOf(c)
    return (peer && clientOf(peer)) || 'unknown'
  }
  const written = forwarded.split(',').at(-proxies)
  const client = written === undefined ? undefined : clientOf(written.trim())
  if (client === undefined) throw new Problem('FORWARDED_BAD')
  return client
}

/** Undefined without a socket: where a request is handed over in this process. */
function peerOf({ env }: Context): string | undefined {
  const { incoming } = (env ?? {}) as Partial<HttpBindings>
  return incoming?.socket.remoteAddress
}
