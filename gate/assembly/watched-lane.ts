import type { LaneObserver } from '../ops/telemetry.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import type { GateWatch } from './gate-ports.ts'

/** What a lane tells its observer, told to whoever watches the gate, too. */
export function watchedBy<Observed extends Pick<LaneObserver, 'onStep' | 'onDevice'>>(
  watch: GateWatch | undefined,
  lane: string,
  observed: Observed,
  trust: Pick<TrustKeeper, 'now'>,
): Observed & Partial<Pick<GateWatch, 'onRead'>> {
  if (watch === undefined) return observed
  return {
    ...observed,
    onRead: watch.onRead,
    onStep(view, effects) {
      observed.onStep(view, effects)
      watch.onStep(lane, effects, trust.now().nowMs)
    },
    onDevice(device, state) {
      observed.onDevice(device, state)
      watch.onDevice(lane, device, state)
    },
  }
}
