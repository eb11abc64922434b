/**
 * What a gate's devices tell, heard beside the gate: contacts, losses, and what readers read, raw where
 * the driver says it raw. The devices stay as they are.
 */
import type { CodeReader, DeviceState, GateBoard } from '../../hardware/ports.ts'
import type { LaneConfig } from '../contract/config.ts'
import type { LaneReaderConfig } from '../contract/reader-config.ts'

/** Must not throw. */
export interface DeviceEars {
  onState(device: string, state: DeviceState['state']): void
  onContact(lane: string, contact: string, active: boolean): void
  /** Before the driver takes them apart; `bytes` may be used again afterwards. */
  onRaw(reader: string, is: 'bytes' | 'report', bytes: Uint8Array): void
  /** A whole code of a reader that tells nothing raw. */
  onText(reader: string, text: string): void
}

export interface Openers {
  openBoard(lane: LaneConfig): GateBoard
  /** `onRaw` hears each piece of what the device sent; a reader of pictures calls it never. */
  openReader(
    lane: LaneConfig,
    reader: LaneReaderConfig,
    onRaw?: (bytes: Uint8Array) => void,
  ): CodeReader
}

/** As `open` opens them, with `ears` at each as long as it is open. */
export function tapDevices(open: Openers, ears: DeviceEars): Openers {
  return {
    openBoard(lane) {
      const board = open.openBoard(lane)
      let fire = false
      board.contacts.onContact((contact, active) => {
        if (contact === 'fire') fire = active
        ears.onContact(lane.name, contact, active)
      })
      board.onState(({ state }) => {
        ears.onState(board.name, state)
        // A loop that was closed while the board was away: lanes look at it then, nobody tells it.
        if (state !== 'ready' || !fire || board.contacts.isActive('fire')) return
        fire = false
        ears.onContact(lane.name, 'fire', false)
      })
      return board
    },
    openReader(lane, config) {
      const is = config.config.kind === 'hid' ? 'report' : 'bytes'
      let isRaw = false
      const reader = open.openReader(lane, config, bytes => {
        isRaw = true
        ears.onRaw(config.name, is, bytes)
      })
      reader.onState(({ state }) => ears.onState(reader.name, state))
      reader.onReading(({ text }) => {
        if (!isRaw) ears.onText(reader.name, text)
      })
      return reader
    },
  }
}
