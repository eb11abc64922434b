/**
 * What a gate shares with its siblings: the station bus, where the config has one. Without it
 * nothing of it is loaded.
 */
import type { Bus } from './bus/bus.ts'
import type { OpenBusParts } from './bus/open.ts'
import type { GateConfig } from './contract/config.ts'
import type { DecideContext } from './decide/rules.ts'
import type { Joined } from './joined.ts'

/** `joined`: undefined for a gate that is not enrolled. */
export type SharingParts = Omit<OpenBusParts, 'joined'> & { joined: Joined | undefined }

export interface Sharing {
  /** For each decision; undefined without a bus, `down` until it runs. */
  state(): DecideContext['bus']
  bus(): Bus | undefined
  /** Rejects with ConfigError when a file that the config names can't be read. */
  start(parts: SharingParts): Promise<void>
  close(): Promise<void>
}

export function createSharing(config: GateConfig['bus']): Sharing {
  let bus: Bus | undefined

  return {
    state: () => (config === undefined ? undefined : (bus?.state() ?? 'down')),
    bus: () => bus,
    async start(parts) {
      if (config === undefined) return
      const { joined } = parts
      if (joined === undefined) {
        parts.onAlarm('BUS_DOWN', true, 'not enrolled: siblings do not know this gate')
        return
      }
      const { openBus } = await import('./bus/open.ts')
      bus = openBus(config, { ...parts, joined })
    },
    close: async () => bus?.close(),
  }
}
