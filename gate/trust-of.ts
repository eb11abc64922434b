/** The trust keeper of a gate, as its config wants it. */
import type { GateConfig } from './contract/config.ts'
import type { GateParts } from './parts.ts'
import type { Journal } from './store/journal.ts'
import { createTrustKeeper, type TrustKeeper, type TrustKeeperOptions } from './trust/keeper.ts'

export interface TrustListeners extends Pick<TrustKeeperOptions, 'onEvent' | 'onPolled'> {
  readonly onFault: (what: string, error: unknown) => void
}

/** Throws with code `FACTORY_TRUST`. */
export function keeperOf(
  config: GateConfig,
  { factoryTrust, clock, timers, randomBytes: random, fetch }: GateParts,
  journal: Pick<Journal, 'known' | 'know' | 'life'>,
  { onFault, ...listeners }: TrustListeners,
): TrustKeeper {
  return createTrustKeeper({
    dataDir: config.data,
    factoryTrust,
    ...config.trust,
    serviceUrl: config.service.url,
    pollMs: config.service.pollMs,
    timeoutMs: config.service.timeoutMs,
    known: journal.known,
    aliveMs: journal.life?.aliveMs,
    onKnown: numbers => {
      journal.know(numbers).catch(error => onFault('how new trust is was not noted', error))
    },
    clock,
    timers,
    random,
    fetch,
    ...listeners,
  })
}
