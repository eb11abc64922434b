/** A lane's devices in a simulation: a person's passage is two events, so a day costs little. */

import type { VirtualTime } from '../../fixtures/clock.ts'
import { createHandReader } from '../../fixtures/hand-devices.ts'
import type { LaneDevices } from '../../fixtures/stage/gate-lives.ts'
import type { Seen } from '../../fixtures/stage/observed.ts'
import type { LaneConfig } from '../../gate/contract/config.ts'
import type { Direction } from '../../gate/contract/events.ts'
import { readersOf } from '../../gate/contract/reader-config.ts'
import { profilePins } from '../../hardware/drivers/pins.ts'
import { type BareBoard, createBareBoard } from '../../hardware/sim/bare-board.ts'

export interface SimulatedLane extends LaneDevices {
  readonly name: string
  readonly direction: Direction
  readonly board: BareBoard
  isOpen(way: Direction): boolean
  read(text: string): void
  /** The relay's feedback contact stays as it is. */
  stickFeedback(stuck: boolean): void
}

const PINS = profilePins.tripod

/** `note` hears each change of a relay, and of the fire loop. */
export function createSimulatedLane(
  config: LaneConfig,
  time: VirtualTime,
  note: (seen: Seen) => void,
): SimulatedLane {
  const board = createBareBoard(`${config.name}.board`, { profile: 'tripod' }, time.clock)
  const readers = new Map(
    readersOf(config).map(({ name }) => [name, createHandReader(time, name)] as const),
  )
  const [reader] = readers.values()
  const isOpen = (way: Direction) => board.level(PINS[way]) === 1
  let isStuck = false

  function follow(): void {
    if (!isStuck) board.setContact('relayFeedback', isOpen('entry') || isOpen('exit'))
  }
  board.onPin(pin => {
    for (const name of ['entry', 'exit'] as const) {
      if (PINS[name] === pin) note({ what: 'relay', name, on: isOpen(name) })
    }
    follow()
  })
  board.contacts.onContact((name, on) => {
    if (name === 'fire') note({ what: 'contact', name, on })
  })
  return {
    ...{ name: config.name, board, readers, isOpen },
    direction: config.direction === 'exit' ? 'exit' : 'entry',
    read: text => reader?.read(text),
    stickFeedback(stuck) {
      isStuck = stuck
      follow()
    },
  }
}
