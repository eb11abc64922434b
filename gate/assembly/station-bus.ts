/**
 * What a gate shares with its siblings: the station bus, where the config has one. Without it
 * nothing of it is loaded.
 */
import type { Bus } from '../bus/bus.ts'
import type { BusMember, OpenBusParts } from '../bus/open.ts'
import type { GateConfig } from '../contract/config.ts'
import type { DecideContext } from '../decide/rules.ts'

/** `member`: undefined for a gate that is not enrolled. */
export type StationBusParts = Omit<OpenBusParts, 'member'> & { member: BusMember | undefined }

export interface StationBus {
  /** For each decision; undefined without a bus, `down` until it runs. */
  state(): DecideContext['bus']
  bus(): Bus | undefined
  /** Rejects with ConfigError when a file that the config names can't be read. */
  start(parts: StationBusParts): Promise<void>
  close(): Promise<void>
}

export function createStationBus(config: GateConfig['bus']): StationBus {
  let bus: Bus | undefined

  return {
    state: () => (config === undefined ? undefined : (bus?.state() ?? 'down')),
    bus: () => bus,
    async start(parts) {
      if (config === undefined) return
      const { member } = parts
      if (member === undefined) {
        parts.onAlarm('BUS_DOWN', true, 'not enrolled: siblings do not know this gate')
        return
      }
      const { openBus } = await import('../bus/open.ts')
      bus = openBus(config, { ...parts, member })
    },
    close: async () => bus?.close(),
  }
}
