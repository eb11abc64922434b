/**
 * 10,000 simulated gates at one service, each with its own connection, each asking for the manifest
 * once in 10 s. The service is the real program, held to one core where the system can; the gates
 * are another process.
 */
import { spawnSync } from 'node:child_process'
import { startChild } from '../../fixtures/child.ts'
import { createWorld } from '../../fixtures/world.ts'
import { type Figure, figure } from './figure.ts'
import type { Ground } from './server-ground.ts'
import type { PollLoad } from './server-poll-load.ts'

const PART = 'server'
const GATES = 10_000
const PERIOD_MS = 10_000
const PERIODS = 2
const P99_MS = 50

export async function pollingFigures(ground: Ground): Promise<Figure[]> {
  const dir = ground.folder()
  // Half of the connections may be of one address, and here all gates have one.
  const listen = { port: 0, connections: 2.4 * GATES }
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
    const line = await load.line('its figures', one => 'p99' in one, withinMs)
    await load.exited
    const { polls, failed, p50, p99, max } = line as unknown as PollLoad
    const whole = polls / (GATES * PERIODS)
    const on = held ? 'on one core' : 'on cores of its choice'
    return [
      figure(PART, `${GATES} gates ${on}, polls answered`, [polls, ''], {
        limit: `all, ${failed} gates failed`,
        ratio: whole,
        goal: '≥ 1.00',
      }),
      figure(PART, 'a poll of theirs, p50', [p50, 'ms']),
      figure(PART, 'a poll of theirs, p99', [p99, 'ms'], {
        limit: '50 ms',
        ratio: p99 / P99_MS,
        goal: '≤ 1.00',
      }),
      figure(PART, 'a poll of theirs, slowest', [max, 'ms']),
    ]
  } finally {
    await world.close()
  }
}
