/**
 * What 200 journal rows cost to take in: proof, schema, both hashes of each row, cursor and rows in
 * one transaction; beside a bare route that reads the same body and inserts the same rows, and over
 * SQLite beside one that also checks the same (server-checked.ts): the checks alone cost what the bare
 * route does.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { calculateJwkThumbprint } from 'jose'
import { memoryRoot, tempDir } from '../../fixtures/temp-dir.ts'
import { UPLOAD_ROWS_MAX } from '../../gate/contract/chain.ts'
import { makeJournal, uploadOf } from '../../server/testing/journal.ts'
import { letTimePass, makeClient, openWorld, type World } from '../../server/testing/world.ts'
import { processCpuUs } from './cpu-time.ts'
import { type Figure, figure } from './figure.ts'
import { costOf, inTurns, ratioIn } from './pairs.ts'
import { bareApp, openBareStore } from './server-bare.ts'
import { openChecked, CHECKED_PATH as PATH } from './server-checked.ts'
import type { Ground } from './server-ground.ts'
import { inUnits, leastSpread } from './spread.ts'

const PART = 'server'
const UPLOADS = 12
const ROUNDS = 15
/** The compiler is through with it after a thousand uploads. */
const CPU_ROUNDS = 120

export async function eventsFigures(ground: Ground): Promise<Figure[]> {
  const { tookMs } = await uploads(ground.folder(), await ground.place(), ROUNDS)
  const name = (what: string) => `${what}, ${ground.engine}`
  return [
    figure(PART, name('bare route: 200 rows read and inserted'), [costOf(tookMs, 'bare'), 'ms']),
    figure(PART, name('200 journal rows taken in'), [costOf(tookMs, 'ours'), 'ms'], {
      limit: 'bare route (its throughput)',
      ratio: ratioIn(tookMs, 'bare', 'ours'),
      goal: '≥ 0.70',
    }),
    ...(ground.engine === 'SQLite' ? await cpuFigures() : []),
  ]
}

/** Of all rounds the least: what a disk, other programs and the compiler do is only ever added. */
async function cpuFigures(): Promise<Figure[]> {
  const folder = tempDir(memoryRoot())
  try {
    const { cpuMs } = await uploads(folder, undefined, CPU_ROUNDS)
    const least = (name: Way) => leastSpread(cpuMs.get(name) ?? [])
    return [
      figure(PART, 'CPU of 200 journal rows taken in', [least('ours'), 'ms'], {
        limit: 'CPU of the bare route',
        ratio: inUnits(least('ours'), least('bare')),
      }),
      figure(PART, 'CPU of 200 rows checked and inserted', [least('checked'), 'ms'], {
        limit: 'in units of what the service takes',
        ratio: inUnits(least('checked'), least('ours')),
        goal: '≥ 0.70',
      }),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Way = 'bare' | 'checked' | 'ours'

/** The route and its peers in turns: milliseconds an upload, by the clock and of this process. */
async function uploads(folder: string, place: string | undefined, rounds: number) {
  const world = await openWorld(folder, 2, place)
  letTimePass(world.clock)
  const store = await openBareStore(folder, place)
  const checked = openChecked(folder, world.service)
  const cpuMs = new Map<Way, number[]>()
  try {
    const bare = bareApp(store, async message => message)
    const gate = await gateOf(world)
    checked.enrol(gate.thumbprint)
    const kept = (name: Way, sending: () => Promise<Sent>) => ({
      name,
      round: async () => {
        const sent = await sending()
        cpuMs.set(name, [...(cpuMs.get(name) ?? []), sent.cpuMs])
        return sent.ms
      },
    })
    const ways = [
      kept('bare', () =>
        send(
          request => bare.fetch(request),
          '/events',
          async () => '',
        ),
      ),
      kept('ours', await uploading(world)),
    ]
    // Over SQLite alone.
    if (place === undefined) {
      ways.push(
        kept('checked', () => send(request => checked.app.fetch(request), PATH, gate.prove)),
      )
    }
    return { tookMs: await inTurns(ways, rounds), cpuMs }
  } finally {
    checked.close()
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
  const { jwk, thumbprint, prove } = await gateOf(world)
  await world.service.db
    .insertInto('gates')
    .values({
      id: 'g1',
      station: 'north',
      key_thumbprint: thumbprint,
      public_key: jwk.x ?? '',
      enrolled_at: 0,
      seen_at: null,
    })
    .execute()
  return () => send(request => world.app.fetch(request), PATH, prove)
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

/** A gate's key, and its proof for the body of an upload. */
async function gateOf(world: World) {
  const gate = makeClient(world, 'EdDSA')
  const jwk = await gate.publicJwk()
  const { nonces, clock } = world.service
  const prove = (body: string) => gate.proof(PATH, body, { nonce: nonces.current(clock.now()) })
  return { jwk, thumbprint: await calculateJwkThumbprint(jwk), prove }
}
