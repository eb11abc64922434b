/** The trust keeper of a gate, as its config wants it. */
import type { GateConfig } from '../contract/config.ts'
import { createTrustKeeper, type TrustKeeper } from '../trust/keeper.ts'
import type { TrustListeners, WithDisk } from './gate-ports.ts'

/** Throws with code `FACTORY_TRUST`. */
export function createConfiguredTrust(
  config: GateConfig,
  { factoryTrust, clock, timers, randomBytes: random, fetch, disk }: WithDisk,
  listeners: TrustListeners,
): TrustKeeper {
  return createTrustKeeper({
    cache: disk.openCache(),
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
