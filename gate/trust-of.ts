/** The trust keeper of a gate, as its config wants it. */
import type { GateConfig } from './contract/config.ts'
import type { GateParts } from './parts.ts'
import { createTrustKeeper, type TrustKeeper, type TrustKeeperOptions } from './trust/keeper.ts'

/** Throws with code `FACTORY_TRUST`. */
export function keeperOf(
  config: GateConfig,
  { factoryTrust, clock, timers, randomBytes: random, fetch }: GateParts,
  listeners: Pick<TrustKeeperOptions, 'known' | 'aliveMs' | 'onKnown' | 'onEvent' | 'onPolled'>,
): TrustKeeper {
  return createTrustKeeper({
    dataDir: config.data,
    factoryTrust,
    ...config.trust,
    serviceUrl: config.service.url,
    pollMs: config.service.pollMs,
    timeoutMs: config.service.timeoutMs,
    clock,
    timers,
    random,
    fetch,
    ...listeners,
  })
}
