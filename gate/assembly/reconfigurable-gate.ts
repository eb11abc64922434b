/**
 * A gate that runs by its config file and the revisions made since: the engine that keeps them, and
 * the gate that it starts, ends and starts anew.
 */
import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { TRUST_BYTES_MAX } from '../../pass/limits.ts'
import { badFile, checkConfig, readConfigFile, readNamedBytes } from '../config/config-file.ts'
import { type ConfigEngine, createConfigEngine } from '../config/engine.ts'
import type { RemoteDoor } from '../config/from-service.ts'
import { createRemoteDoor } from '../config/remote-door.ts'
import { createRunning, type Running } from '../config/running.ts'
import { STORE_FILE } from '../config/store-file.ts'
import type { GateConfig } from '../contract/config.ts'
import { givenPart } from '../contract/config-part.ts'
import type { GateControl } from '../contract/control.ts'
import { type DataLock, LOCK_FILE } from '../files/data-lock.ts'
import type { KeptFile } from '../files/file-watch.ts'
import { tapDevices } from '../recording/device-taps.ts'
import { createRecorder, type Recorder } from '../recording/recorder.ts'
import { createEventHub } from './control-events.ts'
import { type ControlWatch, createControlWatch } from './control-watch.ts'
import { createDevicePool } from './device-pool.ts'
import { type Gate, startGate } from './gate.ts'
import { type ControlledGate, createGateControl, type GateProgram } from './gate-control.ts'
import type { GateParts, GateWatch } from './gate-ports.ts'
import type { OpenedConfig } from './open-config.ts'
import { followTrustExtension, type TrustExtensionWatch } from './trust-extension.ts'

export interface ReconfigurableGate {
  readonly engine: ConfigEngine
  readonly running: Pick<Running<ControlledGate>, 'gate' | 'releaseAll'>
  /** The same for every gate that this one starts. */
  readonly control: GateControl
}

export interface ReconfigurableGateParts
  extends Omit<GateParts, 'factoryTrust' | 'kept' | 'damaged' | 'watch'> {
  /** Left out where the gate is part of another program. */
  readonly program?: GateProgram
}

/** What became of the lock. */
const LOCKED = {
  held: undefined,
  anew: 'the folder is locked again',
  lost: 'another gate process has locked the folder meanwhile: stop one of the two',
} as const satisfies Record<ReturnType<DataLock['look']>, string | undefined>

/** Nothing runs before the engine's `start`. `onDead`: nothing runs any more, and nothing can. */
export function createReconfigurableGate(
  { path, file, store, lock, damaged, gate: name }: OpenedConfig,
  parts: ReconfigurableGateParts,
  onDead: (fault: unknown) => void,
): ReconfigurableGate {
  const { log, clock, timers, randomBytes, fetch } = parts
  const { folder } = file
  const check = (value: unknown, written?: string) => checkConfig(value, folder, written)
  const onFault = faultLog(log)
  let remote: RemoteDoor | undefined
  let kept: readonly KeptFile[] = []
  let untold = damaged
  const recorder = createRecorder({
    ...{ clock, timers },
    onFault: what => log.warn({ event: 'recording' }, what),
  })
  const devices = createDevicePool(tapDevices(parts, recorder))
  const hub = createEventHub(onFault)
  const watch = createControlWatch(clock, hub)
  const watches = bothOf(watch, recorder)
  const running = createRunning<ControlledGate>(async (config, how) => {
    try {
      watch.begin()
      await devices.readyFor(config)
      const { factory } = config.trust
      const factoryTrust = readNamedBytes('trust.factory', factory, TRUST_BYTES_MAX)
      const all = { ...parts, ...devices, factoryTrust, kept, damaged: untold, watch: watches }
      const gate = await startGate(config, all, { ...how, configSha256, ...(remote && { remote }) })
      const extension = followExtension(() => running.config() ?? config, gate, parts, onFault)
      untold = []
      return {
        ...{ ...gate, factoryTrust },
        extension,
        async stop(end) {
          extension.close()
          await gate.stop(end)
          await recorder.end(end?.restart === true ? 'config' : 'stop')
          if (end?.restart !== true) await devices.close()
        },
      }
    } catch (error) {
      await devices.close()
      throw withConfigKey(error, config)
    }
  }, onFault)
  const engine = createConfigEngine({
    store,
    running,
    file: () => readConfigFile(path),
    check,
    timers,
    nowMs: clock.nowMs,
    onFault,
    onDead,
  })
  function configSha256(): string | undefined {
    if (engine.seen() === undefined) return undefined
    return createHash('sha256').update(givenPart(engine.show().value)).digest('hex')
  }

  kept = [
    {
      name: STORE_FILE,
      async mend() {
        await engine.rewrite()
        return 'its revisions were written again from memory'
      },
    },
    { name: LOCK_FILE, mend: () => LOCKED[lock.look()] },
  ]
  remote = createRemoteDoor({ engine, check, onFault })
  const { gate, config } = running
  const control = createGateControl({
    ...{ engine, gate, config, name, watch, hub, recorder, clock, timers, randomBytes, fetch },
    program: parts.program,
  })
  return { engine, running, control }
}

/** What a gate does, told to the recorder too. */
function bothOf(watch: ControlWatch, recorder: Recorder): GateWatch {
  return {
    ...watch,
    onStep(lane, effects, nowMs) {
      watch.onStep(lane, effects, nowMs)
      recorder.onStep(lane, effects, nowMs)
    },
    onEntry(entry) {
      watch.onEntry(entry)
      recorder.onEntry(entry)
    },
  }
}

/** What an operator without a network may order. */
function followExtension(
  config: () => GateConfig,
  gate: Gate,
  { clock, timers }: ReconfigurableGateParts,
  onFault: (what: string, error: unknown) => void,
): TrustExtensionWatch {
  const byConfig = (lane: string): boolean =>
    config().lanes.some(({ name, modes }) => name === lane && modes.trustDegraded)
  return followTrustExtension({
    dataDir: config().data,
    lanes: gate.lanes.map(lane => ({ lane, byConfig: () => byConfig(lane.name) })),
    timers,
    nowMs: () => clock.nowMs(),
    onFault,
  })
}

/** With the key and the file of the config, where one of them is at fault. */
function withConfigKey(error: unknown, { trust }: GateConfig): unknown {
  const { code, message } = error as Error & { code?: string }
  if (code !== 'FACTORY_TRUST') return error
  const what = `${message}: give the file trust-N.cbor of the service’s trust folder, unchanged`
  return badFile('trust.factory', trust.factory, what)
}

function faultLog(log: Logger): (what: string, error: unknown) => void {
  return (what, error) => log.error({ event: 'config', err: error }, what)
}
