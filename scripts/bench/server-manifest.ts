/**
 * `GET trust/manifest` when nothing is new, beside a bare Hono route that answers 304: CPU time of
 * the process that answers, over connections that are kept alive, as gates keep theirs.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Figure, figure } from './figure.ts'
import { costOf, inTurns, ratioIn } from './pairs.ts'
import { openPollSocket, type PollSocket } from './poll-socket.ts'
import type { Ground } from './server-ground.ts'
import type { PeerReady } from './server-peer.ts'
import { inUnits } from './spread.ts'

const PART = 'server'
const CONNECTIONS = 16
const POLLS = 3000
const ROUNDS = 15

export async function manifestFigures(ground: Ground): Promise<Figure[]> {
  const peer = fork(join(import.meta.dirname, 'server-peer.ts'), [ground.folder()])
  const sockets: PollSocket[] = []
  const said = async <T>() => (await once(peer, 'message'))[0] as T
  const cpuUs = () => {
    const answer = said<number>()
    peer.send('cpu')
    return answer
  }
  try {
    const { ours, bare, etag } = await said<PeerReady>()
    const runner = async (name: string, port: number) => {
      const own = await Promise.all(
        Array.from({ length: CONNECTIONS }, () => openPollSocket(port, { etag })),
      )
      sockets.push(...own)
      return { name, round: () => polls(own, cpuUs) }
    }
    const took = await inTurns([await runner('bare', bare), await runner('ours', ours)], ROUNDS)
    return [
      figure(PART, 'bare Hono route: 304', [inUnits(costOf(took, 'bare'), 0.001), 'µs']),
      figure(PART, 'GET trust/manifest: 304', [inUnits(costOf(took, 'ours'), 0.001), 'µs'], {
        limit: 'bare Hono route (its throughput)',
        ratio: ratioIn(took, 'bare', 'ours'),
        goal: '≥ 0.85',
      }),
    ]
  } finally {
    for (const socket of sockets) socket.close()
    peer.disconnect()
  }
}

/** CPU milliseconds of the peer, a poll. */
async function polls(sockets: readonly PollSocket[], cpuUs: () => Promise<number>) {
  const before = await cpuUs()
  await Promise.all(
    sockets.map(async socket => {
      for (let i = 0; i < POLLS / CONNECTIONS; i++) {
        const status = await socket.poll()
        if (status !== 304) throw new Error(`a poll answered ${status}`)
      }
    }),
  )
  return ((await cpuUs()) - before) / 1000 / POLLS
}
