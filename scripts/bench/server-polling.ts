/**
 * 10,000 simulated gates at one service, each with its own connection, each asking for the manifest
 * once in 10 s. The service is the real program, held to one core where the system can; the gates
 * are another process.
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

/** What all cores have to give while it measures, ms. */
const machineMs = () => PERIODS * PERIOD_MS * availableParallelism()

export async function pollingFigures(ground: Ground): Promise<Figure[]> {
  const dir = ground.folder()
  const listen = { port: 0, connections: 1.2 * GATES }
  const world = await createWorld({ dir, lanes: [], service: { addressRate: 0, listen } })
  try {
    await world.startServer()
    const { pid } = world.server()
    const held = spawnSync('taskset', ['-a', '-pc', '0', String(pid)]).status === 0
    const load = startChild(
      'scripts/bench/server-poll-load.ts',
      [new URL(world.url()).port, GATES, PERIOD_MS, PERIODS].map(String),
    )
    const withinMs = (PERIODS + 3) * PERIOD_MS
    await load.line('the first manifests', one => 'measuring' in one, withinMs)
    const [fromMs, machineFromMs] = [cpuMsOf(pid), machineCpuMs()]
    const line = await load.line('its figures', one => 'p99' in one, withinMs)
    const [ofService, ofMachine] = [cpuMsOf(pid) - fromMs, machineCpuMs() - machineFromMs]
    await load.exited
    const { polls, failed, p50, p99, max } = line as unknown as PollLoad
    const whole = polls / (GATES * PERIODS)
    const pollMs = ofService / Math.max(1, polls)
    const cores = (pollMs * GATES_BY_COST) / PERIOD_MS
    const on = held ? 'on one core' : 'on cores of its choice'
    return [
      figure(PART, `${GATES} gates ${on}, polls answered`, [polls, ''], {
        limit: `all, ${failed} gates failed`,
        ratio: whole,
        goal: '≥ 1.00',
      }),
      figure(PART, 'a poll of theirs, p50', [p50, 'ms']),
      figure(PART, 'a poll of theirs, p99', [p99, 'ms'], {
        limit: `${P99_MS} ms, on a machine at ${((100 * ofMachine) / machineMs()).toFixed(0)} %`,
        ratio: p99 / P99_MS,
        goal: '≤ 1.00',
      }),
      figure(PART, 'a poll of theirs, slowest', [max, 'ms']),
      figure(PART, 'a poll of theirs, CPU of the service', [1000 * pollMs, 'µs']),
      figure(PART, `${GATES_BY_COST} gates by that cost, cores`, [cores, ''], {
        limit: 'one core',
        ratio: cores,
        goal: '≤ 1.00',
      }),
    ]
  } finally {
    await world.close()
  }
}
