/**
 * What a gate would say to a code, without a device or a service: a gate by its config on a copy of its
 * data, with its lanes in maintenance. Each code is a pretended scan, as a technician's console gives
 * one: it is decided by the real rules, with the trust and the memory of used passes that the gate has
 * on its disk. No pass is used, nothing moves, and the gate's own files stay as they are.
 */
import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Gate, startGate } from '../../gate/assembly/gate.ts'
import { readConfigFile, readNamedBytes } from '../../gate/config/config-file.ts'
import type { GateConfig } from '../../gate/contract/config.ts'
import type { Direction } from '../../gate/contract/events.ts'
import { OptionError } from '../../gate/contract/options.ts'
import { directionsOf } from '../../gate/lane/lane-settings.ts'
import { readMachineBoot } from '../../gate/ops/boot-id.ts'
import { DeviceError } from '../../hardware/errors.ts'
import type { CodeReader, Device, DeviceState, GateBoard } from '../../hardware/ports.ts'
import { systemClock, systemTimers } from '../../hardware/system-time.ts'
import { TRUST_BYTES_MAX } from '../../pass/limits.ts'

/** What one lane says to a code in one of its directions. */
export interface Decision {
  readonly lane: string
  readonly direction: Direction
  /** `ADMIT`, or why not. */
  readonly code: string
}

export interface DryGate {
  /** Of each lane that is asked, in each of its directions. */
  ask(text: string): readonly Decision[]
  close(): Promise<void>
}

/**
 * Asks every lane of the config, or the one of this name. Throws OptionError for a bad config and for
 * a name that no lane has.
 */
export async function openDryGate(configFile: string, only?: string): Promise<DryGate> {
  const { checked } = readConfigFile(configFile)
  if (!checked.ok) throw new OptionError(checked.problems.join('\n'))
  const asked = checked.config.lanes.filter(({ name }) => only === undefined || name === only)
  if (asked.length === 0) {
    const names = checked.config.lanes.map(({ name }) => name)
    throw new OptionError(`--lane: the config has no lane "${only}": it has ${names.join(', ')}`)
  }
  const folder = mkdtempSync(join(tmpdir(), 'wicketgate-scan-'))
  const removed = () => rmSync(folder, { recursive: true, force: true })
  try {
    const gate = await startOn(copyOf(checked.config, folder))
    const lanes = asked.flatMap(settings => {
      const lane = gate.lanes.find(({ name }) => name === settings.name)
      return lane === undefined ? [] : [{ lane, directions: directionsOf(settings) }]
    })
    for (const { lane } of lanes) {
      lane.setModes({ maintenance: true }, { by: 'scan', reason: 'codes from pictures' })
    }
    return {
      ask: text =>
        lanes.flatMap(({ lane, directions }) =>
          directions.map(direction => {
            const verdict = lane.pretend.scan(direction, text, 'scan')
            const code = typeof verdict === 'string' ? verdict : verdict.code
            return { lane: lane.name, direction, code }
          }),
        ),
      async close() {
        await gate.stop({ restart: true, why: 'config' })
        removed()
      },
    }
  } catch (error) {
    removed()
    throw error
  }
}

/** By itself: without a bus, figures or the service, on copied files. */
function copyOf(config: GateConfig, folder: string): GateConfig {
  mkdirSync(folder, { recursive: true })
  const names = existsSync(config.data) ? readdirSync(config.data) : []
  for (const name of names.filter(one => /^(journal|trust)\.db(-wal)?$/.test(one))) {
    copyFileSync(join(config.data, name), join(folder, name))
  }
  const { bus: _bus, metrics: _metrics, ...alone } = config
  return { ...alone, data: folder }
}

function startOn(config: GateConfig): Promise<Gate> {
  const absent = (name: string) => ({ ...absentDevice(name), onReading: () => () => {} })
  return startGate(config, {
    ...{ clock: systemClock, timers: systemTimers, randomBytes },
    random: () => randomBytes(4).readUInt32LE() / 2 ** 32,
    fetch: () => Promise.reject(new Error('a dry run asks no service')),
    log: pino({ level: 'silent' }),
    factoryTrust: readNamedBytes('trust.factory', config.trust.factory, TRUST_BYTES_MAX),
    machineBoot: readMachineBoot(),
    openBoard: ({ name }) => absentBoard(`${name}.board`),
    openReader: (_lane, { name }): CodeReader => absent(name),
  })
}

function absentDevice(name: string): Device {
  const error = new DeviceError('DEVICE_DETACHED', name, `${name}: a dry run has no devices`)
  const state: DeviceState = { state: 'lost', error }
  return {
    name,
    onState(listener) {
      listener(state)
      return () => {}
    },
    close: async () => {},
  }
}

function absentBoard(name: string): GateBoard {
  return {
    ...absentDevice(name),
    barrier: {
      energise() {
        throw new DeviceError('DEVICE_DETACHED', name, `${name}: a dry run has no devices`)
      },
      release: () => {},
    },
    contacts: { onContact: () => () => {}, isActive: () => false },
    signals: { lamp: () => {}, buzzer: () => {} },
  }
}
