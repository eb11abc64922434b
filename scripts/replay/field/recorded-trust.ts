/**
 * Trust and clock of a gate as they were recorded: the same documents, verified again, and the same
 * clock. It stands in the place of the keeper that follows a service.
 */
import { DatabaseSync } from 'node:sqlite'
import type { VirtualTime } from '../../../fixtures/clock.ts'
import type { OpenTrust } from '../../../gate/assembly/gate-ports.ts'
import type { GateConfig } from '../../../gate/contract/config.ts'
import type { RecordedLine, RecordedTrust } from '../../../gate/contract/recording.ts'
import { loadCache, openFactoryTrust } from '../../../gate/trust/cache.ts'
import {
  type CacheChange,
  cacheInMemory,
  writeCacheChange,
} from '../../../gate/trust/cache-file.ts'
import { aheadByMaxMs, bootClock, clockNow, type GateClock } from '../../../gate/trust/clock.ts'
import { freshnessOf } from '../../../gate/trust/freshness.ts'
import type { TrustKeeper } from '../../../gate/trust/keeper.ts'
import { createStageWatch } from '../../../gate/trust/stage-watch.ts'
import { factoryState, type TrustState, viewOf } from '../../../gate/trust/state.ts'
import type { TrustView } from '../../../pass/verify.ts'

type ClockLine = Extract<RecordedLine, { is: 'clock' }>

export interface RecordedTrustPlayer {
  readonly open: OpenTrust
  /** Throws where the documents are not sound. */
  change(changes: readonly RecordedTrust[]): void
  setClock(line: ClockLine): void
}

/** `zeroMs`: virtual monotonic time at which the recording begins. */
export function createRecordedTrust(
  { trust: bounds }: GateConfig,
  factoryTrust: Uint8Array,
  { time, zeroMs }: { readonly time: VirtualTime; readonly zeroMs: number },
): RecordedTrustPlayer {
  const database = new DatabaseSync(':memory:')
  const stored = cacheInMemory(database)
  const factory = openFactoryTrust(factoryTrust)
  const mono = () => time.clock.monotonicMs() - zeroMs
  let state: TrustState = factoryState(factory)
  let clock: GateClock = bootClock({
    ...{ hostMs: time.clock.nowMs(), monotonicMs: mono(), floorMs: 0, unprovenMs: Infinity },
  })
  let rollback: ClockLine['rollback'] = 'none'
  let view = makeView()
  const onTrust = new Set<(view: TrustView) => void>()
  const onStanding = new Set<() => void>()
  /** Of the gate that is open. */
  let check = () => {}
  let tellRollback = () => {}

  function makeView(): TrustView {
    return viewOf(state, bounds.environment, () => aheadByMaxMs(clock, mono()))
  }

  const nowMs = () => clockNow(clock, mono())
  const freshness = () => {
    const { trust, manifest } = state
    const times = { trustExp: trust.exp, ...(manifest && { manifest: manifest.manifest }) }
    return freshnessOf(times, bounds, nowMs())
  }
  const changed = () => {
    check()
    for (const listener of onStanding) listener()
  }

  return {
    change(changes) {
      const open = stored.open()
      for (const one of changes) writeCacheChange(open, changeOf(one))
      const loaded = loadCache(stored, factory, time.clock.nowMs())
      if (loaded.damage !== undefined) throw new Error(`its trust: ${loaded.damage.detail}`)
      state = loaded.state
      view = makeView()
      for (const listener of onTrust) listener(view)
      changed()
    },
    setClock(line) {
      const before = rollback
      clock = { doubt: undefined, sync: undefined, ...line.clock }
      rollback = line.rollback
      if (before !== rollback) tellRollback()
      changed()
    },
    open(_config, { timers }, { onEvent }): TrustKeeper {
      const watch = createStageWatch(freshness, timers, event => {
        onEvent(event)
        for (const listener of onStanding) listener()
      })
      check = watch.check
      tellRollback = () => onEvent({ kind: 'rollback', is: rollback, detail: 'as recorded' })
      return {
        start: changed,
        view: () => view,
        document: () => state.trust,
        freshness,
        rollback: () => rollback,
        now: () => ({
          nowMs: Math.floor(nowMs()),
          ...{ state: clock.state, doubt: clock.doubt },
          aheadByMaxMs: aheadByMaxMs(clock, mono()),
        }),
        status: () => ({
          ...{ trustVersion: state.trust.version, trustExp: state.trust.exp },
          ...{ manifestVersion: state.manifest?.manifest.version, lists: state.lists.size },
          ...{ lastPoll: undefined, lastTime: undefined, lastOffsetMs: undefined },
        }),
        held: () => ({ state, clock }),
        pollNow: async () => ({ code: 'UNCHANGED' }),
        setClock: () => ({ code: 'BELOW_FLOOR', offsetMs: 0 }),
        onTrustChanged(listener) {
          onTrust.add(listener)
          return () => onTrust.delete(listener)
        },
        onStanding(listener) {
          onStanding.add(listener)
          return () => onStanding.delete(listener)
        },
        rewrite: async () => {},
        async close() {
          watch.stop()
          database.close()
        },
      }
    },
  }
}

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

function changeOf({ manifest, putBits, ...change }: RecordedTrust): CacheChange {
  const withBytes = <Row extends { bytes: string }>(row: Row) => ({
    ...row,
    bytes: bytesOf(row.bytes),
  })
  return {
    ...change,
    trust: change.trust.map(withBytes),
    putLists: change.putLists.map(withBytes),
    putBits: putBits.map(row => ({ ...row, deflated: bytesOf(row.deflated) })),
    ...(manifest !== undefined && { manifest: manifest === null ? null : bytesOf(manifest) }),
    clock: { floorMs: 0, syncAtMs: null, syncRoundTripMs: null },
  }
}
