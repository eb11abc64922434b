/**
 * A gate that runs by its config file and the revisions made since: the engine that keeps them, and
 * the gate that it starts, ends and starts anew.
 */
import type { Logger } from 'pino'
import { TRUST_BYTES_MAX } from '../pass/limits.ts'
import { type ConfigEngine, createConfigEngine } from './config/engine.ts'
import type { RemoteDoor } from './config/from-service.ts'
import { createRemoteDoor } from './config/remote-door.ts'
import { createRunning, type Running } from './config/running.ts'
import { STORE_FILE } from './config/store-file.ts'
import { badFile, checkConfig, readConfigFile, readNamedBytes } from './config-file.ts'
import type { GateConfig } from './contract/config.ts'
import { type DataLock, LOCK_FILE } from './data-lock.ts'
import type { KeptFile } from './file-watch.ts'
import { type Gate, startGate } from './gate.ts'
import { keepDevices } from './kept-devices.ts'
import type { OpenedConfig } from './open-config.ts'
import type { GateParts } from './parts.ts'
import { followTrustDoor } from './trust-door.ts'

export interface ConfiguredGate {
  readonly engine: ConfigEngine
  readonly running: Pick<Running<Gate>, 'gate' | 'releaseAll'>
}

export type ConfiguredParts = Omit<GateParts, 'factoryTrust' | 'kept' | 'damaged'>

/** What became of the lock. */
const LOCKED = {
  held: undefined,
  anew: 'the folder is locked again',
  lost: 'another gate process has locked the folder meanwhile: stop one of the two',
} as const satisfies Record<ReturnType<DataLock['look']>, string | undefined>

/** Nothing runs before the engine's `start`. `onDead`: nothing runs any more, and nothing can. */
export function createConfiguredGate(
  { path, file, store, lock, damaged }: OpenedConfig,
  parts: ConfiguredParts,
  onDead: (fault: unknown) => void,
): ConfiguredGate {
  const { log, clock, timers } = parts
  const { folder } = file
  const check = (value: unknown) => checkConfig(value, folder)
  const onFault = faultLog(log)
  let remote: RemoteDoor | undefined
  let kept: readonly KeptFile[] = []
  let untold = damaged
  const devices = keepDevices(parts)
  const running = createRunning(async (config, how) => {
    try {
      await devices.readyFor(config)
      const { factory } = config.trust
      const factoryTrust = readNamedBytes('trust.factory', factory, TRUST_BYTES_MAX)
      const all = { ...parts, ...devices, factoryTrust, kept, damaged: untold }
      const gate = await startGate(config, all, { ...how, ...(remote && { remote }) })
      const endDoor = followDoor(() => running.config() ?? config, gate, parts, onFault)
      untold = []
      return {
        ...gate,
        async stop(end) {
          endDoor()
          await gate.stop(end)
          if (end?.restart !== true) await devices.close()
        },
      }
    } catch (error) {
      await devices.close()
      throw named(error, config)
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
  return { engine, running }
}

/** What an operator without a network may order. */
function followDoor(
  config: () => GateConfig,
  gate: Gate,
  { clock, timers }: ConfiguredParts,
  onFault: (what: string, error: unknown) => void,
): () => void {
  const byConfig = (lane: string): boolean =>
    config().lanes.some(({ name, modes }) => name === lane && modes.trustDegraded)
  return followTrustDoor({
    dataDir: config().data,
    lanes: gate.lanes.map(lane => ({ lane, byConfig: () => byConfig(lane.name) })),
    timers,
    nowMs: () => clock.nowMs(),
    onFault,
  })
}

/** With the key and the file of the config, where one of them is at fault. */
function named(error: unknown, { trust }: GateConfig): unknown {
  const { code, message } = error as Error & { code?: string }
  if (code !== 'FACTORY_TRUST') return error
  const what = `${message}: give the file trust-N.cbor of the service’s trust folder, unchanged`
  return badFile('trust.factory', trust.factory, what)
}

function faultLog(log: Logger): (what: string, error: unknown) => void {
  return (what, error) => log.error({ event: 'config', err: error }, what)
}
