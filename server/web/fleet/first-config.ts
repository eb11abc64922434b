/** What a gate without a config from here begins with: an example, filled in. Pure. */
import type { Json } from './config-diff.ts'

/**
 * `lanes`: their names, as the gate reports them; lane A where it reports none. The service takes it as
 * it is. Each lane has ports of its own, which are those of the first devices of a kind on Linux.
 */
export function firstConfig(lanes: readonly string[]): Json {
  const names = lanes.length === 0 ? ['A'] : lanes
  return {
    lanes: names.map((name, i) => ({
      name,
      direction: 'entry',
      board: { port: `/dev/ttyACM${i}`, profile: 'tripod' },
      scanner: { port: `/dev/ttyUSB${i}`, baudRate: 115_200 },
      timing: { waitMs: 5000 },
    })),
    service: { pollMs: 10_000 },
  }
}
