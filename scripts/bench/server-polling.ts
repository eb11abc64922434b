/**
 * 10,000 simulated gates at one service, each with its own connection, each asking for the manifest
 * once in 10 s. The service is the real program, held to one core where the system can; the gates
 * are another process. A bare route under the same load says what of a poll's time is not the service's.
 */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { startChild } from '../../fixtures/child.ts'
import { createWorld } from '../../fixtures/world.ts'
import { cpuMsOf } from './cpu-time.ts'
import { type Figure, figure } from './figure.ts'
import { machineCpuMs } from './server-attack-watch.ts'
import type { Ground } from './server-ground.ts'
import type { PollLoad } from './server-poll-load.ts'

const PART = 'server'
const GATES = 10_000
const PERIOD_MS = 10_000
const PERIODS = 2
const P99_MS = 6
/** As many as one core is to serve, by the cost of a poll. */
const GATES_BY_COST = 50_000

/** As many polls a second of fewer gates: what is more is the gates, not the polls. */
const FEWER = [10, 100, 1_000]
const FEWER_MS = 10_000

interface Polled extends PollLoad {
  /** CPU of the service for one, ms. */
  readonly pollMs: number
  /** How much of all cores was used by whomever, 0 to 1. */
  readonly busy: number
}

/** A process that answers polls. */
interface Answering {
  readonly pid: number
  readonly port: number
}

export async function pollingFigures(ground: Ground): Promise<Figure[]> {
  const dir = ground.folder()
  const listen = { port: 0, connections: 1.2 * GATES }
  const world = await createWorld({ dir, lanes: [], service: { addressRate: 0, listen } })
  try {
    await world.startServer()
    const service = { pid: world.server().pid, port: Number(new URL(world.url()).port) }
    const held = holdToOneCore(service.pid)
    const fewer: number[] = []
    for (const gates of FEWER) {
      const periodMs = (PERIOD_MS * gates) / GATES
      fewer.push((await polled(service, gates, periodMs, FEWER_MS / periodMs)).pollMs)
    }
    const all = await polled(service, GATES, PERIOD_MS, PERIODS)
    const on = held ? 'on one core' : 'on cores of its choice'
    return [...timesOf(all, await polledBare(), on), ...costsOf(fewer, all)]
  } finally {
    await world.close()
  }
}

const holdToOneCore = (pid: number): boolean =>
  spawnSync('taskset', ['-a', '-pc', '0', String(pid)]).status === 0

async function polledBare(): Promise<Polled> {
  const bare = startChild('scripts/bench/server-poll-bare.ts', [])
  try {
    const { port } = await bare.line('where it listens', one => 'port' in one)
    holdToOneCore(bare.pid)
    return await polled({ pid: bare.pid, port: Number(port) }, GATES, PERIOD_MS, PERIODS)
  } finally {
    await bare.stop()
  }
}

async function polled(
  { pid, port }: Answering,
  gates: number,
  periodMs: number,
  periods: number,
): Promise<Polled> {
  const load = startChild(
    'scripts/bench/server-poll-load.ts',
    [port, gates, periodMs, periods].map(String),
  )
  const withinMs = 3 * PERIOD_MS + periods * periodMs
  await load.line('the first manifests', one => 'measuring' in one, withinMs)
  const [fromMs, ofService, ofMachine] = [performance.now(), cpuMsOf(pid), machineCpuMs()]
  const line = await load.line('its figures', one => 'p99' in one, withinMs)
  const figures = line as unknown as PollLoad
  const tookMs = (performance.now() - fromMs) * availableParallelism()
  const pollMs = (cpuMsOf(pid) - ofService) / Math.max(1, figures.polls)
  const busy = (machineCpuMs() - ofMachine) / tookMs
  await load.exited
  return { ...figures, pollMs, busy }
}

function timesOf(
  { polls, failed, p50, p99, max, busy }: Polled,
  bare: Polled,
  on: string,
): Figure[] {
  return [
    figure(PART, `${GATES} gates ${on}, polls answered`, [polls, ''], {
      limit: 'all',
      note: `${failed} gates failed`,
      ratio: polls / (GATES * PERIODS),
      goal: '≥ 1.00',
    }),
    figure(PART, 'a poll of theirs, p50', [p50, 'ms'], {
      ...{ peer: 'bare Hono route', ratio: p50 / bare.p50 },
    }),
    figure(PART, 'a poll of theirs, p99', [p99, 'ms'], {
      limit: `${P99_MS} ms`,
      note: `on a machine at ${(100 * busy).toFixed(0)} %`,
      ratio: p99 / P99_MS,
      goal: '≤ 1.00',
    }),
    figure(PART, 'a poll of theirs, slowest', [max, 'ms']),
    figure(PART, 'bare Hono route under them, p50', [bare.p50, 'ms']),
    figure(PART, 'bare Hono route under them, p99', [bare.p99, 'ms']),
    figure(PART, 'bare Hono route under them, slowest', [bare.max, 'ms']),
  ]
}

/** CPU of the service, which says more than time does where a machine has other work. */
function costsOf(fewer: readonly number[], { pollMs }: Polled): Figure[] {
  const cores = (pollMs * GATES_BY_COST) / PERIOD_MS
  const [least = pollMs] = fewer
  const exponent = Math.log(pollMs / least) / Math.log(GATES / (FEWER[0] ?? GATES))
  return [
    ...fewer.map((ms, i) =>
      figure(PART, `a poll, CPU of the service, ${FEWER[i]} gates`, [1000 * ms, 'µs']),
    ),
    figure(PART, `a poll, CPU of the service, ${GATES} gates`, [1000 * pollMs, 'µs'], {
      limit: `with ${FEWER[0]}`,
      ratio: pollMs / least,
    }),
    figure(PART, 'a poll, exponent', [exponent, 'of gates']),
    figure(PART, `${GATES_BY_COST} gates by that cost, cores`, [cores, ''], {
      limit: 'one core',
      ratio: cores,
      goal: '≤ 1.00',
    }),
  ]
}
