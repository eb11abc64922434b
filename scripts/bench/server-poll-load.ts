/**
 * A process for `server-polling.ts`: so many gates, each with a connection of its own, each polling
 * once a period from a moment of its own. Prints one line of JSON and ends by itself.
 *
 * Arguments: port, gates, period in ms, measured periods.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { openPollSocket } from './poll-socket.ts'

/** What it prints. Times in milliseconds, from the write of a poll to its whole answer. */
export interface PollLoad {
  readonly polls: number
  readonly failed: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const [port = 0, gates = 0, periodMs = 0, periods = 0] = process.argv.slice(2).map(Number)
const took: number[] = []
let failed = 0

/** The first period is for connecting and the first manifest. */
async function gate(n: number, startMs: number): Promise<void> {
  const phaseMs = (n / gates) * periodMs
  const at = (period: number) => startMs + phaseMs + period * periodMs
  await sleep(Math.max(0, at(0) - performance.now()))
  const socket = await openPollSocket(port)
  try {
    await socket.poll()
    for (let period = 1; period <= periods; period++) {
      await sleep(Math.max(0, at(period) - performance.now()))
      const from = performance.now()
      await socket.poll()
      took.push(performance.now() - from)
    }
  } finally {
    socket.close()
  }
}

const startMs = performance.now()
await Promise.all(
  Array.from({ length: gates }, (_, n) =>
    gate(n, startMs).catch(() => {
      failed += 1
    }),
  ),
)
took.sort((a, b) => a - b)
const share = (part: number) => took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? 0
const load: PollLoad = {
  polls: took.length,
  failed,
  p50: share(0.5),
  p99: share(0.99),
  max: share(1),
}
process.stdout.write(`${JSON.stringify(load)}\n`)
