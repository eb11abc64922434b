/** Trust and time as GateControl shows and moves them. */
import type { PassEnvironment } from '../../pass/keys.ts'
import type { TrustControl } from '../contract/control.ts'
import type { TrustReport } from '../contract/control-status.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import { doneUnless, refuse } from './control-answers.ts'
import {
  removeTrustExtension,
  type TrustExtension,
  trustExtensionFault,
  writeTrustExtension,
} from './trust-extension-file.ts'

export type ControlledTrust = Pick<
  TrustKeeper,
  'freshness' | 'rollback' | 'now' | 'status' | 'pollNow' | 'setClock' | 'document' | 'view'
>

/** Of the gate that runs. */
export interface TrustOfGate {
  readonly trust: ControlledTrust
  readonly extension: {
    /** Looks for an order at once. */
    look(): void
    /** While entry goes on with old trust. */
    current(): TrustExtension | undefined
  }
  readonly dataDir: string
  /** Whose keys count. */
  readonly environment: PassEnvironment
}

/** `nowMs`: by the machine's clock, as the command's. */
export function createTrustControl(
  gate: () => TrustOfGate | undefined,
  nowMs: () => number,
): TrustControl {
  function order(write: (dataDir: string) => void) {
    const running = gate()
    if (running === undefined) return refuse('NOT_RUNNING')
    try {
      write(running.dataDir)
    } catch (error) {
      return refuse('EXTENSION_NOT_WRITTEN', (error as Error).message)
    }
    running.extension.look()
    return { ok: true } as const
  }

  return {
    report() {
      const running = gate()
      return running === undefined ? refuse('NOT_RUNNING') : { ok: true, ...reportOf(running) }
    },
    async poll() {
      const running = gate()
      if (running === undefined) return refuse('NOT_RUNNING')
      const { code, what = '' } = await running.trust.pollNow()
      return { ok: true, outcome: code, what }
    },
    setClock(toMs) {
      const running = gate()
      if (running === undefined) return refuse('NOT_RUNNING')
      if (!Number.isSafeInteger(toMs)) return refuse('OUT_OF_RANGE', 'a time: Unix milliseconds')
      const { code, offsetMs } = running.trust.setClock(toMs)
      return code === 'SET' ? { ok: true, offsetMs } : refuse('BELOW_FLOOR')
    },
    extend(untilMs, by) {
      const fault = trustExtensionFault({ until: untilMs, by }, nowMs())
      if (fault !== undefined) return refuse('OUT_OF_RANGE', fault)
      return order(dataDir => writeTrustExtension(dataDir, { until: untilMs, by }))
    },
    endExtension: () =>
      gate() === undefined ? doneUnless('NOT_RUNNING') : order(removeTrustExtension),
  }
}

/** Until when the last of the keys signs that are good for this gate, Unix seconds. */
function keysUntilOf({ trust, environment }: TrustOfGate, nowS: number): number | null {
  const { kidRevoked } = trust.view()
  const ends = trust
    .document()
    .keys.filter(key => key.role === 'issuer' && key.environment === environment)
    .filter(({ kid, to }) => to > nowS && !kidRevoked(kid))
    .map(({ to }) => to)
  return ends.length === 0 ? null : Math.max(...ends)
}

function reportOf(of: TrustOfGate): TrustReport {
  const { trust, extension } = of
  const { stage, manifestAgeMs } = trust.freshness()
  const { trustVersion, trustExp, manifestVersion, lists, ...last } = trust.status()
  const { nowMs, state, doubt } = trust.now()
  const order = extension.current()
  return {
    ...{ stage, manifestAgeMs, rollback: trust.rollback(), trustVersion, trustExp, lists },
    keysUntil: keysUntilOf(of, nowMs / 1000),
    manifestVersion: manifestVersion ?? null,
    lastPoll: last.lastPoll ?? null,
    clock: {
      ...{ nowMs, state, doubt: doubt ?? null },
      lastTime: last.lastTime ?? null,
      lastOffsetMs: last.lastOffsetMs ?? null,
    },
    extension: order === undefined ? null : { untilMs: order.until, by: order.by },
  }
}
