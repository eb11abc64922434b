/** A gate's trust keeper over a test world, with its events collected. */
import { randomBytes } from 'node:crypto'
import type { TrustEvent } from '../events.ts'
import { createTrustKeeper, type TrustKeeper, type TrustKeeperOptions } from '../keeper.ts'
import { realClock, realTimers } from './time.ts'
import { T0, type TrustWorld } from './world.ts'

export interface TestGate {
  readonly keeper: TrustKeeper
  readonly events: TrustEvent[]
  /** Codes of the events that have one. */
  codes(): string[]
}

export function bootGate(
  dataDir: string,
  world: TrustWorld,
  more: Partial<TrustKeeperOptions> = {},
): TestGate {
  const events: TrustEvent[] = []
  const keeper = createTrustKeeper({
    dataDir,
    factoryTrust: world.factory,
    environment: 'production',
    serviceUrl: 'http://127.0.0.1:1',
    pollMs: 10_000,
    timeoutMs: 5000,
    staleAfterMs: 120_000,
    degradedAfterMs: 900_000,
    clock: realClock(T0 * 1000),
    timers: realTimers,
    random: randomBytes,
    fetch,
    onEvent: event => events.push(event),
    ...more,
  })
  return {
    keeper,
    events,
    codes: () => events.flatMap(event => ('code' in event ? [event.code] : [])),
  }
}
