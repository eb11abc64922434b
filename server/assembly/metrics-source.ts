/** What the service's metrics show beside what its requests count. */
import type { Gauges } from '../ops/metrics.ts'
import type { MetricsSource } from '../ops/metrics-listener.ts'
import type { Service } from '../services/context.ts'
import { countGates } from '../store/gates/gate-health.ts'

type Shown = Pick<Service, 'metrics' | 'publisher' | 'clock' | 'db'>

export const metricsSource = (service: Shown): MetricsSource => ({
  metrics: service.metrics,
  gauges: () => gaugesOf(service),
})

/** Gates that can't be counted, as while the database is away, are left out. */
async function gaugesOf({ publisher, clock, db }: Shown): Promise<Gauges> {
  const manifest = publisher.latest()
  return {
    gates: await countGates(db, clock.now()).catch(() => undefined),
    manifestVersion: manifest?.version ?? 0,
    manifestAgeSeconds: manifest === undefined ? 0 : (clock.now() - manifest.madeAt) / 1000,
    trustVersion: publisher.trust().version,
  }
}
