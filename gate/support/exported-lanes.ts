/** The lanes of a config as an export has them: how they decide, without where their devices are. Pure. */
import type { JsonValue } from '../contract/canonical.ts'
import type { LaneConfig } from '../contract/config.ts'
import type { ReaderConfig } from '../contract/reader-config.ts'

/** Each device keeps its kind and its name; its place is a number. */
export function exportedLanes(lanes: readonly LaneConfig[]): JsonValue {
  let count = 0
  const place = (): string => `device-${++count}`

  function readerOf(one: ReaderConfig): ReaderConfig {
    switch (one.kind) {
      case 'serial':
        return { ...one, port: place() }
      case 'hid': {
        const { path: _, ...rest } = one
        return { ...rest, device: `0001:${(++count).toString(16).padStart(4, '0')}` }
      }
      case 'camera':
        return { ...one, source: { type: 'folder', path: place() } }
      default:
        return one satisfies never
    }
  }

  const exported = lanes.map(({ board, scanner, exitScanner, readers, ...lane }) => ({
    ...lane,
    board: { ...board, port: place() },
    ...(scanner && { scanner: { ...scanner, port: place() } }),
    ...(exitScanner && { exitScanner: { ...exitScanner, port: place() } }),
    ...(readers && { readers: readers.map(readerOf) }),
  }))
  // What is undefined is not there.
  return JSON.parse(JSON.stringify(exported)) as JsonValue
}
