/**
 * Connections that each send nearly all of a large body and withhold its last byte, against the real
 * program: whoever they are, its memory stays within a bound and comes back, and others are answered.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld } from '../../fixtures/world.ts'
import { BODY_MAKES_ROOM_MS, BODY_ROOMS, BODY_STEP_MS_MAX } from '../load/limits.ts'
import { makeApplicant } from '../testing/applicant.ts'
import { answerJson, startFaceService } from '../testing/face-service.ts'
import { fromAddress } from '../testing/from-address.ts'
import { makeClient, type World } from '../testing/world.ts'

const MIB = 1_048_576
const CONNECTIONS = 200
const LENGTH = Math.floor(7.9 * MIB)
/** What the room holds, what the kernel hands over, and what a collector has not seen yet. */
const GROWN_MIB_MAX = BODY_ROOMS.pictures.client / MIB + 104
const HEALTH_MS_MAX = 1000

process.env.WICKETGATE_FACE_SECRET = 'only-for-these-tests'
const faces = await startFaceService()
faces.answer = answerJson({
  challengePassed: true,
  matched: false,
  reason: 'NO_MATCH',
  band: 'far',
})
const world = await createWorld({
  dir: tempDir(),
  lanes: [],
  service: { documents: ['passport'], face: { url: faces.url }, addressRate: 0 },
})
t.teardown(async () => {
  await world.close()
  await faces.close()
})
await world.startServer()
const url = world.url()
const here = fromAddress(url, '127.0.0.1') as World
const elsewhere = fromAddress(url, '127.0.0.2') as World

const rssMib = () => {
  const pages = readFileSync(`/proc/${world.server().pid}/statm`, 'utf8').split(' ')[1]
  return (Number(pages) * 4096) / MIB
}

const BACK_MIB = 64
await honest(elsewhere, 'E100000')
/** Once collector and allocator have what such a round needs: they keep it for the next. */
let warmMib = 0

const BODY = Buffer.alloc(LENGTH - 1, 'a')

interface Withheld {
  readonly socket: Socket
  /** Status of an answer; 0 while there is none. */
  status(): number
}

/** Resolves when all but the last byte is written, or an answer came, or the connection ended. */
function withhold(path: string, dpop: string | undefined): Promise<Withheld> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: x',
    'content-type: application/json',
    `content-length: ${LENGTH}`,
    ...(dpop === undefined ? [] : [`dpop: ${dpop}`]),
  ]
  let got = ''
  socket.on('error', () => {})
  return new Promise(resolve => {
    const status = () => Number(/^HTTP\/1\.1 (\d+)/.exec(got)?.[1] ?? 0)
    const settle = () => resolve({ socket, status })
    socket.on('data', chunk => {
      got += chunk.toString('latin1')
      settle()
    })
    socket.on('close', settle)
    socket.write([...head, '', ''].join('\r\n'))
    socket.write(BODY, settle)
  })
}

/** How long the slowest of ten took, ms. */
async function slowestHealth(of: World): Promise<number> {
  let slowest = 0
  for (let i = 0; i < 10; i++) {
    const began = performance.now()
    const { status } = await of.call('/healthz')
    if (status !== 200) throw new Error(`healthz answered ${status}`)
    slowest = Math.max(slowest, performance.now() - began)
  }
  return slowest
}

/** An honest face check with pictures of a megabyte: refused only since nobody is on file. */
async function honest(of: World, number: string) {
  const applicant = await makeApplicant(of, number)
  const id = (await applicant.apply()).application?.id ?? ''
  return applicant.face(id, 'x'.repeat(MIB / 4))
}

async function underAttack(
  t: Test,
  path: string,
  proof: () => Promise<string | undefined>,
): Promise<Withheld[]> {
  const before = rssMib()
  const proofs = await Promise.all(Array.from({ length: CONNECTIONS }, proof))
  const all = await Promise.all(proofs.map(dpop => withhold(path, dpop)))
  const grown = rssMib() - before
  t.ok(grown < GROWN_MIB_MAX, `${grown.toFixed()} MiB more with ${CONNECTIONS} connections`)
  const ms = await slowestHealth(here)
  t.ok(ms < HEALTH_MS_MAX, `healthz within ${ms.toFixed()} ms`)
  t.match(await honest(elsewhere, 'E100002'), { status: 403, code: 'NOT_VERIFIED' })
  // Whoever stands still loses the place, also to others of the same address.
  await sleep(BODY_MAKES_ROOM_MS)
  t.match(await honest(here, 'E100003'), { status: 403, code: 'NOT_VERIFIED' }, 'of their address')
  return all
}

/** Status → how many; ends them all. */
function end(all: readonly Withheld[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { socket, status } of all) {
    counts[status()] = (counts[status()] ?? 0) + 1
    socket.destroy()
  }
  return counts
}

const FACE = `/v1/applications/${'a'.repeat(32)}/face`

t.test('with no key: told at once', async t => {
  t.same(end(await underAttack(t, FACE, async () => undefined)), { 401: CONNECTIONS })
  warmMib = rssMib()
})

t.test('with an invented key: told at once', async t => {
  const stranger = makeClient(here, 'ES256')
  await stranger.send(FACE, {})
  const all = await underAttack(t, FACE, () => stranger.proof(FACE, ''))
  t.same(end(all), { 404: CONNECTIONS })
})

t.test('with a key that has applied: so many as there is room for, and not for long', async t => {
  const applicant = await makeApplicant(here, 'E100004')
  const path = `/v1/applications/${(await applicant.apply()).application?.id}/face`
  const all = await underAttack(t, path, () => applicant.phone.proof(path, ''))
  const held = Math.floor(BODY_ROOMS.pictures.client / LENGTH)
  const still = all.filter(one => one.status() === 0)
  t.equal(still.length, held - 1, 'one lost its place')
  const late = sleep(BODY_STEP_MS_MAX + 2000, 'late', { ref: false })
  const ended = Promise.all(still.map(({ socket }) => once(socket, 'close')))
  t.not(await Promise.race([ended, late]), 'late', 'the others are broken off')
  t.same(end(all), { 408: held - 1, 503: CONNECTIONS - held + 1 })
})

t.test('afterwards the memory is back, and nothing of it was a fault of ours', async t => {
  const deadline = performance.now() + 20_000
  while (rssMib() > warmMib + BACK_MIB && performance.now() < deadline) {
    await here.call('/healthz')
    await sleep(100)
  }
  t.ok(rssMib() < warmMib + BACK_MIB, `${warmMib.toFixed()} MiB, then ${rssMib().toFixed()}`)
  t.notMatch(world.server().errors(), /"level":50/)
})
