/**
 * Devices that outlive the gate that uses them: where another config changes nothing about a device, it
 * stays open, so that the fire loop is watched all the while and no board starts anew for a longer
 * wait or another reader. Each gate has a loan of them, and gives it back at rest.
 */
import type {
  CodeReader,
  Contact,
  Device,
  GateBoard,
  Lamp,
  Relay,
  Unsubscribe,
} from '../../hardware/ports.ts'
import type { GateConfig, LaneConfig } from '../contract/config.ts'
import { type LaneReaderConfig, readersOf } from '../contract/reader-config.ts'
import { MACHINE_CONTACTS } from '../machine/contacts.ts'
import type { GateParts } from './gate-ports.ts'

type Openers = Pick<GateParts, 'openBoard' | 'openReader'>

export interface DevicePool extends Openers {
  /** Closes what this config does not use as it is; to be called before a start with it. */
  readyFor(config: GateConfig): Promise<void>
  /** Closes all. */
  close(): Promise<void>
}

export function createDevicePool(open: Openers): DevicePool {
  const held = new Map<string, Device>()

  function take<D extends Device>(key: string, make: () => D): D {
    const device = (held.get(key) as D | undefined) ?? make()
    held.set(key, device)
    return device
  }

  async function closeAllBut(wanted: ReadonlySet<string>): Promise<void> {
    const gone = [...held].filter(([key]) => !wanted.has(key))
    for (const [key] of gone) held.delete(key)
    await Promise.all(gone.map(([, device]) => device.close()))
  }

  return {
    openBoard: lane => loanOfBoard(take(keyOfBoard(lane), () => open.openBoard(lane))),
    openReader: (lane, reader) =>
      loanOfReader(take(keyOfReader(reader), () => open.openReader(lane, reader))),
    readyFor: ({ lanes }) =>
      closeAllBut(
        new Set(lanes.flatMap(lane => [keyOfBoard(lane), ...readersOf(lane).map(keyOfReader)])),
      ),
    close: () => closeAllBut(new Set()),
  }
}

/** The same as long as nothing changes but how the lane is run, and what reads its codes. */
function keyOfBoard({ name, board }: LaneConfig): string {
  return JSON.stringify(['board', name, board])
}

function keyOfReader(reader: LaneReaderConfig): string {
  return JSON.stringify(['reader', reader])
}

/** Subscriptions of one loan, which end with it. */
function createSubscriptions() {
  const ends: Unsubscribe[] = []
  return {
    add(end: Unsubscribe): Unsubscribe {
      ends.push(end)
      return end
    },
    all: () => {
      for (const end of ends.splice(0)) end()
    },
  }
}

function loanOfReader(reader: CodeReader): CodeReader {
  const ends = createSubscriptions()
  const { onDropped } = reader
  return {
    name: reader.name,
    onState: listener => ends.add(reader.onState(listener)),
    onReading: listener => ends.add(reader.onReading(listener)),
    ...(onDropped && { onDropped: listener => ends.add(onDropped.call(reader, listener)) }),
    close: async () => ends.all(),
  }
}

function loanOfBoard(board: GateBoard): GateBoard {
  const ends = createSubscriptions()
  const heard = new Set<(contact: Contact, active: boolean) => void>()
  const { resetFire, onDropped } = board
  return {
    name: board.name,
    barrier: board.barrier,
    signals: board.signals,
    ...(resetFire && { resetFire: () => resetFire.call(board) }),
    ...(onDropped && { onDropped: listener => ends.add(onDropped.call(board, listener)) }),
    contacts: {
      isActive: contact => board.contacts.isActive(contact),
      onContact(listener) {
        heard.add(listener)
        const end = board.contacts.onContact(listener)
        return ends.add(() => {
          heard.delete(listener)
          end()
        })
      },
    },
    onState(listener) {
      let state: string | undefined
      const end = board.onState(next => {
        state = next.state
        listener(next)
      })
      // As a board that has just become ready: each contact that is active is told.
      if (state === 'ready') {
        const active = MACHINE_CONTACTS.filter(contact => board.contacts.isActive(contact))
        for (const tell of heard) for (const contact of active) tell(contact, true)
      }
      return ends.add(end)
    },
    async close() {
      ends.all()
      rest(board)
    },
  }
}

const RELAYS: readonly Relay[] = ['entry', 'exit', 'alarm']
const LAMPS: readonly Lamp[] = ['arrow', 'cross', 'amber']

function rest({ barrier, signals }: GateBoard): void {
  for (const relay of RELAYS) barrier.release(relay)
  for (const lamp of LAMPS) signals.lamp(lamp, false)
  signals.buzzer(false)
}
