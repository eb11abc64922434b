/** What must hold between the readers of a lane, and between those of all lanes. Pure. */
import {
  type LaneReaderConfig,
  type ReaderConfig,
  type ReadersOfLane,
  readersOf,
} from './reader-config.ts'

/** One thing that is wrong: where, and in words. */
export interface ReaderFault {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** The first of a lane's faults; undefined when its readers are good. */
export function readersFault(lane: ReadersOfLane): ReaderFault | undefined {
  return formFault(lane) ?? (lane.readers ? listFault(lane, lane.readers) : scannersFault(lane))
}

/** A lane has one of the two forms. */
function formFault({ scanner, exitScanner, readers }: ReadersOfLane): ReaderFault | undefined {
  if (readers === undefined) {
    if (scanner !== undefined) return undefined
    return { path: ['readers'], message: 'a lane needs a reader: give "readers", or "scanner"' }
  }
  for (const [key, one] of Object.entries({ scanner, exitScanner })) {
    if (one === undefined) continue
    const message = `this lane has "readers" too: move it into that list as {"kind": "serial", …}`
    return { path: [key], message }
  }
  return undefined
}

function scannersFault({
  direction,
  scanner,
  exitScanner,
}: ReadersOfLane): ReaderFault | undefined {
  if ((direction === 'both') !== (exitScanner !== undefined)) {
    const message = 'a lane for both ways needs one, and no other lane may have one'
    return { path: ['exitScanner'], message }
  }
  if (scanner?.port !== exitScanner?.port) return undefined
  const message = 'the scanner at the other end has this port; each needs its own'
  return { path: ['exitScanner', 'port'], message }
}

function listFault(lane: ReadersOfLane, readers: readonly ReaderConfig[]): ReaderFault | undefined {
  for (const [at, reader] of readers.entries()) {
    const fault = directionFault(lane.direction, reader) ?? entryFault(reader)
    if (fault !== undefined) return { ...fault, path: ['readers', at, ...fault.path] }
  }
  const looks = new Set(readersOf(lane).map(({ direction }) => direction))
  const blind = (['entry', 'exit'] as const).find(
    way => (lane.direction === 'both' || lane.direction === way) && !looks.has(way),
  )
  if (blind !== undefined) {
    return { path: ['readers'], message: `no reader of this lane has the direction "${blind}"` }
  }
  const twice = sameDevice(readersOf(lane))
  return twice === undefined ? undefined : { path: ['readers'], message: twice }
}

function directionFault(
  of: ReadersOfLane['direction'],
  { direction }: ReaderConfig,
): ReaderFault | undefined {
  if (of === 'both' && direction === undefined) {
    return { path: ['direction'], message: 'must be "entry" or "exit" on a lane for both ways' }
  }
  if (of === 'both' || direction === undefined || direction === of) return undefined
  return { path: ['direction'], message: `the lane’s own direction is "${of}"` }
}

function entryFault(reader: ReaderConfig): ReaderFault | undefined {
  if (reader.kind !== 'hid' || reader.profile !== 'wedge') return undefined
  if (reader.device !== undefined || reader.path !== undefined) return undefined
  const message =
    'a keyboard wedge must be named, by vendor:product or by "path": else the machine’s own ' +
    'keyboard could be taken'
  return { path: ['device'], message }
}

/** Two readers, of one lane or of several, that would open the same device. */
export function sameDevice(readers: readonly LaneReaderConfig[]): string | undefined {
  const seen = new Map<string, string>()
  for (const { name, config } of readers) {
    const { what, which } = deviceOf(config)
    const key = `${what} ${which}`
    const other = seen.get(key)
    // An address may have a password in it.
    const shown = config.kind === 'camera' ? what : key.trim()
    if (other !== undefined)
      return `${other} and ${name} have the same ${shown}: each needs its own`
    seen.set(key, name)
  }
  return undefined
}

interface Opened {
  readonly what: string
  /** Equal where the device is. */
  readonly which: string
}

function deviceOf(config: ReaderConfig): Opened {
  switch (config.kind) {
    case 'serial':
      return { what: 'port', which: config.port }
    case 'hid': {
      const { device, path } = config
      if (device === undefined && path === undefined) {
        return { what: 'HID scanner, which neither names', which: '' }
      }
      const which = [device?.toLowerCase(), path].filter(Boolean).join(' at ')
      return { what: 'device', which }
    }
    case 'camera': {
      const { source } = config
      if (source.type === 'ffmpeg') return { what: 'camera input', which: source.input }
      if (source.type === 'mjpeg') return { what: 'camera url', which: source.url }
      if (source.type === 'folder') return { what: 'picture folder', which: source.path }
      return { what: 'camera of the board', which: '' }
    }
    default:
      return config satisfies never
  }
}
