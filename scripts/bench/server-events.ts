/**
 * What 200 journal rows cost to take in: proof, schema, both hashes of each row, cursor and rows in
 * one transaction; beside a bare route that reads the same body and inserts the same rows.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { calculateJwkThumbprint } from 'jose'
import { memoryRoot, tempDir } from '../../fixtures/temp-dir.ts'
import { UPLOAD_ROWS_MAX } from '../../gate/contract/chain.ts'
import { makeJournal, uploadOf } from '../../server/testing/journal.ts'
import { makeClient, openWorld, type World } from '../../server/testing/world.ts'
import { processCpuUs } from './cpu-time.ts'
import { type Figure, figure } from './figure.ts'
import { inTurns, medianOf, ratioIn } from './pairs.ts'
import { bareApp, openBareStore } from './server-bare.ts'
import type { Ground } from './server-ground.ts'

const PART = 'server'
const UPLOADS = 12
const ROUNDS = 15
/** The compiler is through with it after a thousand uploads. */
const CPU_ROUNDS = 120
const PATH = '/v1/gates/g1/events'

export async function eventsFigures(ground: Ground): Promise<Figure[]> {
  const { tookMs } = await uploads(ground.folder(), await ground.place(), ROUNDS)
  const name = (what: string) => `${what}, ${ground.engine}`
  return [
    figure(PART, name('bare route: 200 rows read and inserted'), [medianOf(tookMs, 'bare'), 'ms']),
    figure(PART, name('200 journal rows taken in'), [medianOf(tookMs, 'ours'), 'ms'], {
      limit: 'bare route (its throughput)',
      ratio: ratioIn(tookMs, 'bare', 'ours'),
      goal: '≥ 0.70',
    }),
    ...(ground.engine === 'SQLite' ? [await cpuFigure()] : []),
  ]
}

/** Of all rounds the least: what a disk, other programs and the compiler do is only ever added. */
async function cpuFigure(): Promise<Figure> {
  const folder = tempDir(memoryRoot())
  try {
    const { cpuMs } = await uploads(folder, undefined, CPU_ROUNDS)
    const [bareMs, oursMs] = [Math.min(...cpuMs.bare), Math.min(...cpuMs.ours)]
    return figure(PART, 'CPU of 200 journal rows taken in', [oursMs, 'ms'], {
      limit: 'CPU of the bare route',
      ratio: oursMs / bareMs,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The route and the bare one in turns: milliseconds an upload, by the clock and of this process. */
async function uploads(folder: string, place: string | undefined, rounds: number) {
  const world = await openWorld(folder, 2, place)
  const store = await openBareStore(folder, place)
  const cpuMs = { bare: [] as number[], ours: [] as number[] }
  try {
    const bare = bareApp(store, async message => message)
    const fetcher: Fetcher = request => bare.fetch(request)
    const kept = (name: keyof typeof cpuMs, sending: () => Promise<Sent>) => ({
      name,
      round: async () => {
        const sent = await sending()
        cpuMs[name].push(sent.cpuMs)
        return sent.ms
      },
    })
    const ways = [
      kept('bare', () => send(fetcher, '/events', async () => '')),
      kept('ours', await uploading(world)),
    ]
    return { tookMs: await inTurns(ways, rounds), cpuMs }
  } finally {
    await store.close()
    await world.close()
  }
}

/** What one upload took, ms: by the clock, and of CPU of this process. */
interface Sent {
  readonly ms: number
  readonly cpuMs: number
}

/** Uploads to a service as a gate of it. */
export async function uploading(world: World): Promise<() => Promise<Sent>> {
  const proved = await proofs(world)
  return () => send(request => world.app.fetch(request), PATH, proved)
}

/** One after the other. */
async function send(
  fetcher: Fetcher,
  path: string,
  dpop: (body: string) => Promise<string>,
): Promise<Sent> {
  const requests = await Promise.all(
    bodies().map(async body => requestOf(path, body, await dpop(body))),
  )
  const [from, fromUs] = [performance.now(), processCpuUs()]
  for (const request of requests) {
    const answer = await fetcher(request)
    if (answer.status !== 200) throw new Error(`an upload answered ${answer.status}`)
    await answer.arrayBuffer()
  }
  const cpuMs = (processCpuUs() - fromUs) / 1000 / requests.length
  return { ms: (performance.now() - from) / requests.length, cpuMs }
}

type Fetcher = (request: Request) => Response | Promise<Response>

/** Uploads of a new epoch, one after the other. */
function bodies(): string[] {
  const journal = makeJournal(randomBytes(8).toString('hex'), UPLOADS * UPLOAD_ROWS_MAX)
  return Array.from({ length: UPLOADS }, (_, n) =>
    JSON.stringify(uploadOf(journal, n * UPLOAD_ROWS_MAX + 1, (n + 1) * UPLOAD_ROWS_MAX)),
  )
}

const requestOf = (path: string, body: string, dpop: string) =>
  new Request(`http://bench.test${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', dpop },
  })

/** An enrolled gate, and the proof of its key for a body. */
async function proofs({ service, ...world }: World): Promise<(body: string) => Promise<string>> {
  const gate = makeClient({ service, ...world }, 'EdDSA')
  const jwk = await gate.publicJwk()
  await service.db
    .insertInto('gates')
    .values({
      id: 'g1',
      station: 'north',
      key_thumbprint: await calculateJwkThumbprint(jwk),
      public_key: jwk.x ?? '',
      enrolled_at: 0,
      seen_at: null,
    })
    .execute()
  const nonce = service.nonces.current(service.clock.now())
  return body => gate.proof(PATH, body, { nonce })
}
