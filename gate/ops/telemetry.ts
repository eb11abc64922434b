/** What a gate shows of itself while it works: log lines and figures, from the same events. */

import { channel } from 'node:diagnostics_channel'
import type { Logger } from 'pino'
import type {
  Clock,
  DeviceState,
  LineFault,
  ReadFault,
  Reading,
  Timers,
} from '../../hardware/ports.ts'
import type { ClockState } from '../contract/events.ts'
import type { GateFigures } from '../contract/figures.ts'
import { FRESHNESS_STAGES, type FreshnessStage } from '../contract/freshness.ts'
import type { Recent } from '../contract/health.ts'
import type { Effect, LaneState } from '../machine/state.ts'
import { traitsOf } from '../machine/state-traits.ts'
import { HOP_CHANNEL, type HopMark, type ScanHop } from '../timing/scan-hops.ts'
import { createDeviceLog, createLineLog, createUnreadLog, logStep } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type MetricsServer, serveMetrics } from './metrics-server.ts'
import { prometheusText } from './prometheus.ts'
import { createRecent } from './recent.ts'

export interface LaneObserver {
  /** To be called before the lane sees the reading. */
  onReading(reading: Reading): void
  /** A hop of a scan has ended. */
  onHop(hop: ScanHop): void
  onStep(view: LaneState, effects: readonly Effect[]): void
  onDevice(device: string, state: DeviceState): void
  /** What a board's line carried and was not taken. */
  onDropped(device: string, fault: LineFault, count: number): void
  /** A code came to a reader in part and was dropped, so many bytes of it. */
  onUnread(device: string, fault: ReadFault, bytes?: number): void
  onFault(what: string, error: unknown): void
}

export interface Observer {
  lane(name: string): LaneObserver
  readonly bus: Pick<Metrics, 'heard' | 'ignored'>
  /** What is counted by itself, and what is read of these from now on. */
  observe(of: Observed): void
  figures(): GateFigures
  /** What it did in the last minutes. */
  recent(): Recent
  /** Undefined without a port, or when it can't be had: that is logged, and the gate goes on. */
  serve(port: number | undefined): Promise<MetricsServer | undefined>
}

export interface Observed {
  readonly rows: { waiting(): number }
  readonly trust: {
    freshness(): { stage: FreshnessStage }
    now(): { nowMs: number; state: ClockState }
  }
  /** Undefined while there is no station bus. */
  readonly bus: () => BusView | undefined
}

export interface BusView {
  state(): 'up' | 'down'
  siblings(): { all: number; awake: number }
}

export function createObserver(log: Logger, clock: Clock, timers: Timers): Observer {
  const recent = createRecent()
  const metrics = createMetrics(recent)
  const beganMs = clock.monotonicMs()
  const logDevice = createDeviceLog(log)
  const logLine = createLineLog(log, clock)
  const logUnread = createUnreadLog(log, clock)
  const marks = channel(HOP_CHANNEL)

  function mark(lane: string, hop: HopMark['hop'], atMs: number): void {
    if (marks.hasSubscribers) marks.publish({ lane, hop, atMs } satisfies HopMark)
  }

  return {
    bus: metrics,
    lane(name) {
      let decides = false
      return {
        onReading({ lastByteMs }) {
          // While a code waits for the one ahead, the time is the queue's and not the gate's.
          if (!decides) return
          metrics.scanned(name, lastByteMs)
          mark(name, 'scan', lastByteMs)
        },
        onHop(hop) {
          const atMs = clock.monotonicMs()
          metrics.hop(name, hop, atMs)
          mark(name, hop, atMs)
        },
        onStep(view, effects) {
          decides = traitsOf(view).scan === 'decide'
          metrics.stepped(name, view, effects, clock.monotonicMs())
          logStep(log, name, view, effects)
        },
        onDevice(device, now) {
          metrics.device(device, now)
          logDevice(name, device, now)
        },
        onDropped(device, fault, count) {
          metrics.dropped(device, fault, count)
          logLine(name, device, fault, count)
        },
        onUnread(device, fault, bytes) {
          metrics.unread(device, fault, bytes)
          logUnread(name, device, fault, 1, bytes)
        },
        onFault: (what, error) => log.error({ event: 'fault', lane: name, err: error }, what),
      }
    },
    observe({ rows, trust, bus }) {
      const siblings = (which: 'all' | 'awake') => () => bus()?.siblings()[which]
      metrics.gauge('rows_waiting', 'Rows that could not be written yet', rows.waiting)
      metrics.gauge(
        'trust_stage',
        'How fresh trust is: 0 fresh, 1 stale, 2 degraded, 3 overdue, 4 staff, 5 closed',
        () => FRESHNESS_STAGES.indexOf(trust.freshness().stage),
      )
      metrics.gauge(
        'clock_offset_seconds',
        'The gate’s time less the system’s',
        () => (trust.now().nowMs - clock.nowMs()) / 1000,
      )
      metrics.gauge('clock_trusted', '1 while the gate is sure of its time', () =>
        trust.now().state === 'TRUSTED' ? 1 : 0,
      )
      metrics.gauge('bus_up', '0 while BUS_DOWN', () => {
        const state = bus()?.state()
        return state && Number(state === 'up')
      })
      metrics.gauge('bus_siblings', 'Gates of the station beside this one', siblings('all'))
      metrics.gauge('bus_siblings_awake', 'Those that were heard of late', siblings('awake'))
      metrics.gauge('memory_bytes', 'Resident memory', () => process.memoryUsage.rss())
    },
    recent: () => recent.read(clock.monotonicMs()),
    figures: () => ({ forMs: clock.monotonicMs() - beganMs, figures: metrics.figures() }),
    async serve(port) {
      if (port === undefined) return undefined
      try {
        const server = await serveMetrics(port, () => prometheusText(metrics.figures()), timers)
        log.info({ event: 'metrics', port: server.port }, 'figures are served')
        return server
      } catch (error) {
        log.error({ event: 'metrics', err: error }, `figures can’t be served on port ${port}`)
        return undefined
      }
    },
  }
}
