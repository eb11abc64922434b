/**
 * A process for `server-polling.ts`: so many gates, each with a connection of its own, each polling
 * once a period from a moment of its own. Prints a line of JSON when all have their first manifest
 * and measuring begins, one with its figures, and ends by itself.
 *
 * Arguments: port, gates, period in ms, measured periods.
 */
import { setTimeout } from 'node:timers'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPollSocket } from './poll-socket.ts'

/** What it prints at the end. Times in milliseconds, from the write of a poll to its whole answer. */
export interface PollLoad {
  readonly polls: number
  readonly failed: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const [port = 0, gates = 0, periodMs = 0, periods = 0] = process.argv.slice(2).map(Number)
/** Half of a service's connections may be of one address: gates come from several, as stations do. */
const ADDRESSES = 8
const took: number[] = []
let failed = 0

/** The first period is for connecting and the first manifest. */
async function gate(n: number, startMs: number): Promise<void> {
  const phaseMs = (n / gates) * periodMs
  const at = (period: number) => startMs + phaseMs + period * periodMs
  await sleep(Math.max(0, at(0) - performance.now()))
  // All of 127.0.0.0/8 are this machine's own on Linux.
  const isLinux = process.platform === 'linux'
  const socket = await openPollSocket(
    port,
    isLinux ? { localAddress: `127.0.0.${1 + (n % ADDRESSES)}` } : {},
  )
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
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
setTimeout(() => print({ measuring: true }), periodMs)
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
print(load)
