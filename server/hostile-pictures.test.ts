/**
 * Face checks with pictures that mean harm, against the real program and the real face check: each
 * is refused by name, others are served meanwhile, and the memory stays where it was.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../fixtures/temp-dir.ts'
import { createWorld } from '../fixtures/world.ts'
import { APPLICATION_TRIES_MAX } from './limits.ts'
import { makeApplicant } from './testing/applicant.ts'
import { pictureBombs } from './testing/bombs.ts'
import type { World } from './testing/world.ts'

const MIB = 1_048_576
const ROUNDS = 16
/** Past these the worker, its networks and the allocator have what they need. */
const WARM_UP = 4
const portrait = readFileSync(join(import.meta.dirname, '../fixtures/faces/d01-live.jpg'))

const world = await createWorld({
  dir: tempDir(),
  lanes: [],
  service: { documents: ['passport'], addressRate: 0 },
})
t.teardown(() => world.close())
await world.startServer()
const call = (path: string, init?: RequestInit) => fetch(`${world.url()}${path}`, init)
const post: World['post'] = (path, body, headers = {}) =>
  call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
/** As much of a test's world as clients use: requests go to the program. */
const remote = { call, post } as World

const rssMib = () => {
  const pages = readFileSync(`/proc/${world.server().pid}/statm`, 'utf8').split(' ')[1]
  return (Number(pages) * 4096) / MIB
}

/** What each of these was refused with, as somebody new's face checks. */
async function attempts(pictures: readonly Uint8Array[], person: number) {
  const applicant = await makeApplicant(remote, `E${10_000_000 + person}`)
  const path = `/v1/applications/${(await applicant.apply()).application?.id}`
  const codes: unknown[] = []
  for (const picture of pictures) {
    const { challenge } = await applicant.post(`${path}/challenge`, {})
    const capture = applicant.capture(challenge, '')
    const shown = Buffer.from(picture).toString('base64')
    const [first, ...rest] = capture.frames
    const frames = [{ ...first, picture: shown }, ...rest]
    const said = await applicant.post(`${path}/face`, { ...capture, frames })
    codes.push([said.status, said.code])
  }
  return codes
}

t.test('each is refused, others are served, the memory is flat', async t => {
  const bombs = await pictureBombs(portrait)
  const all = [...bombs.values()]
  let going = true
  let served = 0
  const others = (async () => {
    while (going) {
      if ((await call('/healthz')).status === 200) served += 1
    }
  })()
  let before = 0
  let people = 0
  for (let round = 0; round < ROUNDS; round++) {
    if (round === WARM_UP) before = rssMib()
    for (let i = 0; i < all.length; i += APPLICATION_TRIES_MAX) {
      const some = all.slice(i, i + APPLICATION_TRIES_MAX)
      const codes = await attempts(some, people++)
      t.same(
        codes,
        some.map(() => [422, 'FACE_BAD_PICTURE']),
      )
    }
  }
  going = false
  await others
  const grown = rssMib() - before
  const count = (ROUNDS - WARM_UP) * all.length
  t.ok(grown < 64, `${grown.toFixed()} MiB more after ${count} pictures`)
  t.ok(served > count, `${served} others were served meanwhile`)
  t.notMatch(world.server().errors(), /"level":50/)
})
