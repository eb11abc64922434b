/** `npm run bench -- hardware`: scans beyond the wire's own time, relay calls to the pin. */
import { type Figure, figure } from './figure.ts'
import { measureRelay, measureScan } from './wire.ts'

const PART = 'hardware'
const BAUD_RATES = [9600, 57_600, 115_200]

export async function benchHardware(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const baudRate of BAUD_RATES) {
    const { characters, wireMs, totalMs } = await measureScan(baudRate)
    const name = `${characters} characters at ${baudRate} baud`
    figures.push(
      figure(PART, name, [totalMs, 'ms'], {
        limit: 'the wire itself',
        ratio: totalMs / wireMs,
      }),
      figure(PART, `${name}, beyond the wire`, [totalMs - wireMs, 'ms']),
    )
  }
  for (const { board, p50Ms, p99Ms } of await measureRelay()) {
    figures.push(
      figure(PART, `relay call to pin, ${board} board, p50`, [p50Ms, 'ms']),
      figure(PART, `relay call to pin, ${board} board, p99`, [p99Ms, 'ms']),
    )
  }
  return figures
}
