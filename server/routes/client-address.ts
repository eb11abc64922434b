/** The address a request came from, for rate limits. Never logged, never stored with a person. */
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

/**
 * The socket's peer, or with `proxies` trusted ones in front the entry of x-forwarded-for that the
 * outermost of them wrote. `unknown` without a socket.
 */
export function clientAddress(c: Context, proxies: number): string {
  if (proxies > 0) {
    const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map(hop => hop.trim())
    const named = hops.at(-proxies)
    if (named !== undefined && /^[0-9a-fA-F.:]{2,45}$/.test(named)) return named
  }
  try {
    return getConnInfo(c).remote.address ?? 'unknown'
  } catch {
    return 'unknown'
  }
}
