/** A gate's trust keeper over a test world, with its events collected. */
import { randomBytes } from 'node:crypto'
import { systemTimers } from '../../../hardware/system-time.ts'
import { createCacheDisk } from '../../trust/cache-disk.ts'
import type { TrustEvent } from '../../trust/events.ts'
import { createTrustKeeper, type TrustKeeper, type TrustKeeperOptions } from '../../trust/keeper.ts'
import { createOrigin, serveOrigin } from './origin.ts'
import { realClock } from './time.ts'
import { LIST, T0, TrustWorld } from './world.ts'

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
    cache: createCacheDisk(dataDir),
    factoryTrust: world.factory,
    environment: 'production',
    serviceUrl: 'http://127.0.0.1:1',
    pollMs: 10_000,
    timeoutMs: 5000,
    staleAfterMs: 120_000,
    degradedAfterMs: 900_000,
    overdueMs: 0,
    staffMs: 0,
    unprovenMs: 3_600_000,
    clock: realClock(T0 * 1000),
    timers: systemTimers,
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

/** A gate that has polled a good state once from a real server; closed at the end of the test. */
export async function goodGate(
  t: { testdir(): string; teardown(run: () => unknown): void },
  more: Partial<TrustKeeperOptions> = {},
) {
  const world = await TrustWorld.create()
  await world.publish({ lists: { [LIST]: [7], 'tsl:2': [] } })
  const origin = createOrigin(world)
  const serviceUrl = await serveOrigin(t, origin)
  const dataDir = t.testdir()
  const gate = bootGate(dataDir, world, { serviceUrl, ...more })
  t.teardown(() => gate.keeper.close())
  const first = await gate.keeper.pollNow()
  if (first.code !== 'UPDATED') throw new Error(`first poll: ${first.code}`)
  gate.events.length = 0
  return { ...gate, world, origin, dataDir, serviceUrl }
}
