/**
 * How many connections this process holds at once, and the share of each address and kind, so that
 * some are left for health, staff and other clients. Each is a descriptor.
 */
import { readFileSync } from 'node:fs'
import { CONNECTIONS_MIN, DESCRIPTORS_KEPT, STREAMS_OF_ADDRESS_MAX } from './limits.ts'

export interface ConnectionShares {
  readonly all: number
  /** Of one address; behind proxies, whose address all have, as many as there are. */
  readonly address: number
  /** Event streams, which last: in all, and of one address. */
  readonly streams: { readonly all: number; readonly address: number }
}

/**
 * `connections`: as many as are wanted. `proxies`: in front. `descriptors`: what this process may have
 * open; undefined where there is no telling.
 */
export function sharesOf(
  connections: number,
  proxies: number,
  descriptors = openFilesMax(),
): ConnectionShares {
  const left = (descriptors ?? Number.POSITIVE_INFINITY) - DESCRIPTORS_KEPT
  const all = Math.max(CONNECTIONS_MIN, Math.min(connections, left))
  const half = Math.floor(all / 2)
  const streams = { all: half, address: Math.min(STREAMS_OF_ADDRESS_MAX, Math.floor(half / 2)) }
  return { all, address: proxies > 0 ? all : half, streams }
}

/** The soft limit of open files, on Linux; undefined elsewhere, and for none. */
function openFilesMax(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const soft = /^Max open files +(\d+)/m.exec(limits)?.[1]
    return soft === undefined ? undefined : Number(soft)
  } catch {
    return undefined
  }
}
