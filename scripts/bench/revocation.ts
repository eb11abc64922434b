/**
 * `npm run bench -- revocation`: how soon a revocation reaches the barrier, with real processes,
 * from the service's answer until the gate refuses. By polling the origin each second alone, and
 * with the event stream.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJournal } from '../../fixtures/gate-journal.ts'
import type { World } from '../../fixtures/world.ts'
import { createWorld, startStation } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'
import { type Figure, figure } from './figure.ts'
import { spreadOf } from './spread.ts'

const PART = 'revocation'
const ROUNDS = 8
/** The period of the gate's polls. */
const POLL_MS = 1000

/** Hands everything on but the event stream, as a service without one would answer. */
function withoutEvents(serviceUrl: string): Server {
  return createServer((incoming, outgoing) => {
    if (incoming.url === '/v1/trust/events') {
      outgoing.writeHead(404).end()
      return
    }
    const { method, headers, url = '/' } = incoming
    const onward = request(
      new URL(url, serviceUrl),
      { method: method ?? 'GET', headers },
      answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
}

/** Milliseconds from the service's answer until the gate holds the manifest that revokes. */
async function revokeOnce(world: World): Promise<number> {
  const phone = await world.traveller()
  const agent = await world.signIn('agent')
  const path = `/v1/desk/certificates/${phone.certificateId}/revoke`
  const { manifestVersion } = await agent.post(path, { reason: 'test' })
  const answeredMs = performance.now()
  const knows = (line: Readonly<Record<string, unknown>>) =>
    Number(line.manifestVersion) >= Number(manifestVersion)
  await world.gate().line('the manifest', knows)
  const afterMs = performance.now() - answeredMs

  const refused = () =>
    readJournal(world.journalFile).filter(row => row.body.code === 'REVOKED').length
  const before = refused()
  world.lanes[0]?.scanner.sendText(await phone.present(Date.now()))
  await until('the refusal', () => refused() > before)
  return afterMs
}

/** Milliseconds of each round. `events`: whether the gate may follow the event stream. */
export async function measureRevocation(events: boolean, rounds: number): Promise<number[]> {
  const dir = mkdtempSync(join(tmpdir(), 'wicketgate-revocation-'))
  let proxy: Server | undefined
  const world = await createWorld({
    dir,
    lanes: [{ name: 'A', direction: 'entry' }],
    pollMs: POLL_MS,
    gateUrl: async serviceUrl => {
      if (events) return serviceUrl
      const server = withoutEvents(serviceUrl)
      proxy = server
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
  })
  try {
    await startStation(world)
    const took: number[] = []
    for (let round = 0; round < rounds; round++) took.push(await revokeOnce(world))
    return took
  } finally {
    await world.close()
    proxy?.closeAllConnections()
    proxy?.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

export async function benchRevocation(): Promise<Figure[]> {
  const row = async (name: string, events: boolean) => {
    const took = await measureRevocation(events, ROUNDS)
    const slowest = Math.max(...took)
    return [
      figure(PART, `${name}, median of ${ROUNDS}`, [spreadOf(took), 'ms']),
      figure(PART, `${name}, slowest of ${ROUNDS}`, [slowest, 'ms'], {
        limit: 'one poll',
        ratio: slowest / POLL_MS,
        goal: '≤ 1.20',
      }),
    ]
  }
  return [
    ...(await row('revoked until refused, polling each second', false)),
    ...(await row('revoked until refused, event stream', true)),
  ]
}
