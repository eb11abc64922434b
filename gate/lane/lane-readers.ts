/**
 * The readers of a lane, several a direction. The lane goes on while one of each direction works,
 * and an alarm names those that are gone; the same code from two of them is one scan.
 */
import type {
  CodeReader,
  DeviceState,
  ReadFault,
  Reading,
  Unsubscribe,
} from '../../hardware/ports.ts'
import type { Direction } from '../contract/events.ts'
import type { Runner } from './effect-runner.ts'
import { createFramingWatch } from './framing-watch.ts'
import { createSameCode } from './same-code.ts'

/** A reader and the way that its readings open. */
export interface LaneReader {
  readonly direction: Direction
  readonly reader: CodeReader
}

export interface LaneReadersParts {
  readonly readers: readonly LaneReader[]
  /**
   * Of the machine: `SCANNER_LOST` while a direction has no reader, `READER_LOST` else, and
   * `SCANNER_FRAMING`.
   */
  readonly feed: Runner['feed']
  readonly onDevice: (device: string, state: DeviceState) => void
  /** Called for every whole code. */
  readonly onRead: (device: string) => void
  /** Not called for a code that another reader of this direction gave just before. */
  readonly onReading: (direction: Direction, reading: Reading, device: string) => void
  /** A code came in part and was dropped, so many bytes of it. */
  readonly onDropped: (device: string, fault: ReadFault, bytes?: number) => void
}

export interface LaneReaders {
  /** Names of those that are lost, in the config's order. */
  lost(): readonly string[]
  /** Listens no more; the readers stay open. */
  end(): void
}

export function followReaders(parts: LaneReadersParts): LaneReaders {
  const { readers, feed } = parts
  const states = new Map<CodeReader, DeviceState>()
  const directions = [...new Set(readers.map(({ direction }) => direction))]
  const at = (way: Direction) => readers.filter(({ direction }) => direction === way)
  const framing = createFramingWatch(feed)
  let told = ''

  function some(way: Direction, ...of: DeviceState['state'][]): boolean {
    return at(way).some(({ reader }) => of.includes(states.get(reader)?.state ?? 'connecting'))
  }

  function changed({ direction, reader }: LaneReader, next: DeviceState): void {
    parts.onDevice(reader.name, next)
    // One that tries again is as lost as before.
    if (next.state === 'connecting') return
    states.set(reader, next)
    tellGone()
    if (next.state === 'ready') {
      if (directions.every(way => some(way, 'ready')))
        feed({ type: 'found', reason: 'SCANNER_LOST' })
    } else if (!some(direction, 'ready', 'connecting')) {
      feed({ type: 'lost', reason: 'SCANNER_LOST', detail: faultsOf(at(direction)) })
    }
  }

  /** Of directions with several readers, each time that others are gone. */
  function tellGone(): void {
    const gone = directions
      .map(at)
      .filter(({ length }) => length > 1)
      .flat()
      .filter(isLost)
    const names = gone.map(({ reader }) => reader.name).join()
    if (names === told) return
    told = names
    const detail = names === '' ? 'all readers are back' : faultsOf(gone)
    feed({ type: 'alarm', code: 'READER_LOST', on: names !== '', detail })
  }

  const isLost = ({ reader }: LaneReader): boolean => states.get(reader)?.state === 'lost'

  function faultsOf(some: readonly LaneReader[]): string {
    const faults = some.flatMap(({ reader }) => {
      const state = states.get(reader)
      return state?.state === 'lost' ? [state.error.message] : []
    })
    return faults.join(' · ')
  }

  const ends = directions.flatMap(way => {
    const here = at(way)
    // A single reader needs no comparing.
    const sameCode = here.length > 1 ? createSameCode() : undefined
    return here.flatMap((one): (Unsubscribe | undefined)[] => {
      const { reader } = one
      return [
        reader.onState(state => changed(one, state)),
        reader.onReading(reading => {
          framing.read(reader.name)
          parts.onRead(reader.name)
          const isNew = sameCode?.isNew(reading, reader.name) ?? true
          if (isNew) parts.onReading(way, reading, reader.name)
        }),
        reader.onDropped?.((fault, bytes) => {
          parts.onDropped(reader.name, fault, bytes)
          framing.dropped(reader.name, fault, bytes)
        }),
      ]
    })
  })

  return {
    lost: () => readers.filter(isLost).map(({ reader }) => reader.name),
    end() {
      for (const end of ends) end?.()
    },
  }
}
