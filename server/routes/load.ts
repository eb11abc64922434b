/**
 * What one address, and all strangers together, may cost this replica: counted in its memory alone.
 * An address that is not known (no socket, as in tests) counts towards all alone.
 */
import type { Context } from 'hono'
import { Problem } from '../errors.ts'
import { BODY_ROOMS, STRANGER_ROWS } from '../limits.ts'
import type { Service, ServiceEnv } from '../service.ts'
import { createAddressCap } from './address-cap.ts'
import { type BodyRoom, createBodyRoom } from './body-room.ts'
import { clientAddress } from './client-address.ts'

export interface Load {
  /** Counts a request of one nobody knows. Throws Problem `RATE_LIMITED`. */
  request(c: Context<ServiceEnv>): void
  /** Counts a request of a stranger that leaves rows behind. Throws Problem `RATE_LIMITED`. */
  strangersRow(c: Context<ServiceEnv>): void
  /** Where bodies are while they are under way. */
  readonly bodies: Readonly<Record<keyof typeof BODY_ROOMS, BodyRoom>>
}

const ALL = 'all'

export function createLoad({ config, clock }: Pick<Service, 'config' | 'clock'>): Load {
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
  const addressOf = (c: Context<ServiceEnv>) => {
    const address = addressRate === 0 ? 'unknown' : clientAddress(c, trustedProxies)
    return address === 'unknown' ? undefined : address
  }
  return {
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
