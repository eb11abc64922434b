/**
 * What one address, and all strangers together, may cost this replica, counted in its memory alone.
 * Requests without a known address (no socket, as in tests) count towards the sum alone.
 */
import type { Context } from 'hono'
import type { Clock, Timers } from '../clock.ts'
import { Problem } from '../errors.ts'
import { STRANGER_ROWS } from '../limits.ts'
import { createAddressCap } from './address-cap.ts'
import { type BodyRoom, createBodyRoom } from './body-room.ts'
import { clientAddress } from './client-address.ts'
import { type ConnectionShares, sharesOf } from './connection-shares.ts'
import { BODY_ROOMS } from './limits.ts'
import { createTurns } from './turns.ts'

export interface Load {
  /** Counts a request of one nobody knows. Throws Problem `RATE_LIMITED`. */
  request(c: Context): void
  /** Counts a request of a stranger that leaves rows behind. Throws Problem `RATE_LIMITED`. */
  strangersRow(c: Context): void
  /**
   * Counts an event stream until the function it gives is called. Throws Problem `RATE_LIMITED` for
   * one too many of an address, `BUSY` for one too many in all.
   */
  stream(c: Context): () => void
  /**
   * Resolves when this client, an address, may take some milliseconds of the process's thread. Throws Problem
   * `BUSY` when too many wait.
   */
  turn(client: string): Promise<void>
  /** Where bodies are while they are under way. */
  readonly bodies: Readonly<Record<keyof typeof BODY_ROOMS, BodyRoom>>
}

/** What the config says of it. */
export interface LoadConfig {
  readonly listen: { readonly connections: number }
  /** Requests a second of one address; 0 counts none. */
  readonly addressRate: number
  /** Proxies in front whose `x-forwarded-for` counts. */
  readonly trustedProxies: number
}

const ALL = 'all'
/** Streams last: there is no knowing when one ends. Gates poll meanwhile. */
const STREAM_LATER_S = '60'

export function createLoad(
  {
    config,
    clock,
    timers,
  }: { readonly config: LoadConfig; readonly clock: Clock; readonly timers: Timers },
  shares = sharesOf(config.listen.connections, config.trustedProxies),
): Load {
  const { addressRate, trustedProxies } = config
  const requests = createAddressCap(addressRate)
  const rows = createAddressCap(STRANGER_ROWS.address, STRANGER_ROWS.spanMs)
  const rowsOfAll = createAddressCap(STRANGER_ROWS.all, STRANGER_ROWS.spanMs)
  const count = (cap: typeof requests, who: string) => {
    const now = clock.now()
    if (cap.take(who, now)) return
    throw new Problem('RATE_LIMITED', {}, { 'retry-after': String(cap.waitS(now)) })
  }
  /** Undefined where addresses are not counted. */
  const addressOf = (c: Context) => {
    const address = addressRate === 0 ? 'unknown' : clientAddress(c, trustedProxies)
    return address === 'unknown' ? undefined : address
  }
  const streams = createStreams(shares.streams)
  const turns = createTurns(timers.monotonic)
  return {
    turn: turns.take,
    stream: c => streams(clientAddress(c, trustedProxies)),
    bodies: {
      small: createBodyRoom(BODY_ROOMS.small),
      pictures: createBodyRoom(BODY_ROOMS.pictures),
      journals: createBodyRoom(BODY_ROOMS.journals),
    },
    request(c) {
      const address = addressOf(c)
      if (address !== undefined) count(requests, address)
    },
    strangersRow(c) {
      const address = addressOf(c)
      if (address !== undefined) count(rows, address)
      count(rowsOfAll, ALL)
    },
  }
}

/** Takes a place for a stream of `address`, until the function it gives is called. */
function createStreams(max: ConnectionShares['streams']): (address: string) => () => void {
  const byAddress = new Map<string, number>()
  let all = 0
  const add = (address: string, n: 1 | -1) => {
    all += n
    const own = (byAddress.get(address) ?? 0) + n
    if (own > 0) byAddress.set(address, own)
    else byAddress.delete(address)
  }
  return address => {
    const own = address === 'unknown' ? 0 : (byAddress.get(address) ?? 0)
    const later = { 'retry-after': STREAM_LATER_S }
    if (own >= max.address) throw new Problem('RATE_LIMITED', {}, later)
    if (all >= max.all) throw new Problem('BUSY', {}, later)
    add(address, 1)
    return () => add(address, -1)
  }
}
