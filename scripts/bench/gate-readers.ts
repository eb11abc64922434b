/**
 * From a code's last byte, report or frame to its relay's call, by kind of reader: one lane that has
 * all three, whose gate counts the way itself.
 */
import { createWorld, startStation } from '../../fixtures/world.ts'
import { type Figure, figure } from './figure.ts'
import { createScans, phonesOf, type Show, wayOfScans } from './gate-scans.ts'

const PART = 'gate'
const WARM_UP = 5
const SCANS = 40
const PHONES = 5

const READERS: Readonly<Record<string, Show>> = {
  'a serial scanner’s last byte': (lane, text) => lane.scanner.sendText(text),
  'a USB scanner’s last report': (lane, text) => lane.usb?.scan(text),
  'the arrival of a camera’s frame': (lane, text) => lane.camera?.hold(text),
}

export async function readerFigures(dir: string): Promise<Figure[]> {
  const world = await createWorld({
    dir,
    lanes: [{ name: 'A', direction: 'entry' }],
    more: ['hid', 'camera'],
    pollMs: 10_000,
    lane: { policy: { passback: 'off' } },
    gate: { metrics: { port: 0 } },
  })
  try {
    await startStation(world)
    const scans = createScans(world, await phonesOf(world, PHONES))
    const figures: Figure[] = []
    for (const [from, show] of Object.entries(READERS)) {
      await scans(WARM_UP, show)
      const before = await wayOfScans(world)
      await scans(SCANS, show)
      const after = await wayOfScans(world)
      const count = after.count - before.count
      const meanMs = (1000 * (after.seconds - before.seconds)) / count
      figures.push(figure(PART, `${from} to its relay’s call, mean of ${count}`, [meanMs, 'ms']))
    }
    return figures
  } finally {
    await world.close()
  }
}
