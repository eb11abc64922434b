/**
 * Face checks with pictures that mean harm, against the real program and the real face check: each
 * is refused by name, others are served meanwhile, the service's memory stays where it was, and the
 * process that decodes is never without its service.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { captureOf } from '../../fixtures/face-capture.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'
import { databasePlace, loadConfig } from '../config.ts'
import { PROCESS_MIB_MAX } from '../face/limits.ts'
import type { Prompt } from '../face/port.ts'
import { APPLICATION_TRIES_MAX } from '../limits.ts'
import { createSecrets } from '../secrets.ts'
import { registerPerson } from '../services/people-registry.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { transact } from '../store/engine/transact.ts'
import { makeApplicant, typedPerson } from '../testing/applicant.ts'
import { dearPictures, pictureBombs, talkativePng } from '../testing/bombs.ts'
import type { World } from '../testing/world.ts'

const MIB = 1_048_576
const ROUNDS = 4
/** Past these the process, its networks and the allocator have what they need. */
const WARM_UP = 2
const FACES = join(import.meta.dirname, '../../fixtures/faces')
const HEAD = JSON.parse(readFileSync(join(FACES, 'heads.json'), 'utf8')).d01
const portrait = readFileSync(join(FACES, 'd01-live.jpg'))
const ON_FILE = 'E81001'

const world = await createWorld({
  dir: tempDir(),
  lanes: [],
  service: { documents: ['passport'], addressRate: 0 },
})
t.teardown(() => world.close())
await putOnFile()
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

/** The processes that this one has started. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

async function putOnFile(): Promise<void> {
  const { config, secret } = loadConfig(world.serverConfigFile, {})
  const db = await openDatabase(databasePlace(config))
  const photo = new Uint8Array(readFileSync(join(FACES, 'd01-id.jpg')))
  await transact(db, tx =>
    registerPerson(tx, createSecrets(secret), typedPerson(ON_FILE), photo, Date.now()),
  )
  await db.destroy()
}

let take = 0

/** The right person with the right face; one picture is another than the camera's, if so asked. */
async function honest(last?: Uint8Array): Promise<number> {
  const applicant = await makeApplicant(remote, ON_FILE)
  const path = `/v1/applications/${(await applicant.apply()).application?.id}`
  const { challenge, prompts, pictures } = await applicant.post(`${path}/challenge`, {})
  const taking = { take: take++, ...(pictures && { pictures }) }
  const { frames } = await captureOf(portrait, HEAD, prompts as Prompt[], taking)
  const shown = frames.map(({ prompt, picture }, i) => {
    const bytes = i === 3 ? (last ?? picture) : picture
    return { prompt, picture: Buffer.from(bytes).toString('base64') }
  })
  const said = { ...applicant.capture(challenge, ''), frames: shown }
  return (await applicant.post(`${path}/face`, said)).status
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
  const [bombs, dear] = [await pictureBombs(portrait), await dearPictures(portrait)]
  const all = [...bombs.values(), ...dear.values()]
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
    const beside = round === 1 ? honest() : undefined
    for (let i = 0; i < all.length; i += APPLICATION_TRIES_MAX) {
      const some = all.slice(i, i + APPLICATION_TRIES_MAX)
      const codes = await attempts(some, people++)
      t.same(
        codes,
        some.map(() => [422, 'FACE_BAD_PICTURE']),
      )
    }
    if (beside !== undefined) t.equal(await beside, 201, 'an honest check beside them passes')
  }
  going = false
  await others
  const grown = rssMib() - before
  const count = (ROUNDS - WARM_UP) * all.length
  t.ok(grown < 64, `${grown.toFixed()} MiB more after ${count} pictures`)
  t.ok(served > count, `${served} others were served meanwhile`)
  t.notMatch(world.server().errors(), /"level":50/)
})

t.test('the process that decodes: one, bounded, begun again when it ends', async t => {
  const service = world.server().pid
  const [first = 0, ...others] = childrenOf(service)
  t.same(others, [])
  const status = readFileSync(`/proc/${first}/status`, 'utf8')
  t.ok(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) < PROCESS_MIB_MAX * 1024, 'within its bound')
  const environment = readFileSync(`/proc/${first}/environ`, 'utf8')
  t.notMatch(environment, 'WICKETGATE', 'no secret is in its environment')
  process.kill(first, 'SIGKILL')
  await until('the process is gone', () => isGone(first))
  t.equal(await honest(), 201)
  const [second] = childrenOf(service)
  t.not(second, first)
  const looked = await honest(await talkativePng(portrait, 100))
  t.ok([201, 422].includes(looked), `a face that looks ahead, as asked or not: ${looked}`)
  t.same(childrenOf(service), [second], 'and its texts end no process')
  t.ok(rssMib() < 400, `the service itself has ${rssMib().toFixed()} MiB`)
})

t.test('it ends with the service: stopped, or killed', async t => {
  const [first = 0] = childrenOf(world.server().pid)
  t.equal(await world.server().stop(), 0)
  await until('it ends when the service stops', () => isGone(first))
  await world.startServer()
  t.equal(await honest(), 201)
  const [second = 0] = childrenOf(world.server().pid)
  process.kill(second, 'SIGTERM')
  process.kill(second, 'SIGINT')
  t.equal(await honest(), 201)
  t.same(childrenOf(world.server().pid), [second], 'a signal to the whole group is not its to heed')
  world.server().signal('SIGKILL')
  await world.server().exited
  await until('it ends when the service was killed', () => isGone(second))
})
