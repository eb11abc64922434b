/** Applying with real photos and the real face check, from the file of people to a code at a gate. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { captureOf, type Head } from '../../fixtures/face-capture.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { ChallengePlan } from '../face/challenge.ts'
import { createFaceEngine } from '../face/engine.ts'
import type { Prompt } from '../face/port.ts'
import { APPLICATION_TRIES_MAX, FRAMES_KEPT_MS } from '../limits.ts'
import { registerPerson } from '../services/people-registry.ts'
import { transact } from '../store/engine/transact.ts'
import { makeApplicant, type Said, typedPerson } from '../testing/applicant.ts'
import { sweepAway } from '../testing/sweeping.ts'
import { openWorld } from '../testing/world.ts'

const FACES = join(import.meta.dirname, '../../fixtures/faces')
const heads: Record<string, Head> = JSON.parse(readFileSync(join(FACES, 'heads.json'), 'utf8'))
const file = (name: string) => new Uint8Array(readFileSync(join(FACES, name)))

// Its deadline is not what is tested here, and other tests take their share of the machine.
const faces = createFaceEngine({ onFault: what => t.comment(what), checkMsMax: 60_000 })
const world = await openWorld(tempDir(), 40, undefined, faces)
t.teardown(() => world.close())
const NUMBER = 'E81001'
const { db, secrets } = world.service
await transact(db, tx =>
  registerPerson(tx, secrets, typedPerson(NUMBER), file('d01-id.jpg'), world.clock.time),
)
const lin = await makeApplicant(world, NUMBER)

/** What is shown to the camera for these prompts, so many pictures of each. */
type Shown = (plan: ChallengePlan) => Promise<readonly Uint8Array[]>

let take = 0
/** Each time another one, as a person who comes before the camera again. */
const turning =
  (person: string): Shown =>
  async ({ prompts, pictures }) => {
    const taking = { pictures, take: take++ }
    const live = file(`${person}-live.jpg`)
    const { frames } = await captureOf(live, heads[person] as Head, prompts, taking)
    return frames.map(frame => frame.picture)
  }

const planOf = ({ prompts = [], pictures = [] }: Said): ChallengePlan => ({
  prompts: prompts as readonly Prompt[],
  pictures,
})

/** The body that answers a challenge with these pictures. */
function answering(of: typeof lin, asked: Said, pictures: readonly Uint8Array[]) {
  const prompts = planOf(asked).pictures.flatMap((n, prompt) =>
    Array.from({ length: n }, () => prompt),
  )
  const frames = pictures.map((picture, i) => ({
    prompt: prompts[i],
    picture: Buffer.from(picture).toString('base64'),
  }))
  return { challenge: asked.challenge, frames, holderKey: of.holderKey }
}

/** Answers the challenge of an application or certificate. */
async function attempt(path: string, answerPath: string, shown: Shown): Promise<Said> {
  const asked = await lin.post(`${path}/challenge`, {})
  return lin.post(answerPath, answering(lin, asked, await shown(planOf(asked))))
}

/** One for each picture that is asked for. */
const eachOf = <T>({ pictures }: ChallengePlan, make: (i: number) => T): T[] =>
  Array.from({ length: pictures.reduce((sum, n) => sum + n, 0) }, (_, i) => make(i))

t.test('each refusal says what was wrong; then the right person gets a pass', async t => {
  const application = async () => {
    const { application } = await lin.apply()
    return `/v1/applications/${application?.id}`
  }
  const wall = await sharp({ create: { width: 640, height: 640, channels: 3, background: '#789' } })
    .jpeg()
    .toBuffer()
  const still = file('d01-live.jpg')
  const shaken = (left: number) =>
    sharp(still).extract({ left, top: left, width: 600, height: 600 }).jpeg().toBuffer()
  const two = await sharp({ create: { width: 1280, height: 640, channels: 3, background: '#888' } })
    .composite([
      { input: Buffer.from(still), left: 0, top: 0 },
      { input: Buffer.from(file('d06-live.jpg')), left: 640, top: 0 },
    ])
    .jpeg()
    .toBuffer()
  const shown: [string, Shown][] = [
    ['FACE_NOT_FOUND', async plan => eachOf(plan, () => wall)],
    ['FACE_SEVERAL', async plan => (await turning('d01')(plan)).with(2, two)],
    ['FACE_STILL', async plan => eachOf(plan, () => still)],
    ['FACE_STILL', async plan => Promise.all(eachOf(plan, i => shaken(5 * i)))],
    ['NOT_VERIFIED', turning('d05')],
  ]
  const first = await application()
  for (const [code, what] of shown) {
    t.match(await attempt(first, `${first}/face`, what), { code }, code)
  }
  t.match(await lin.post(`${first}/challenge`, {}), { status: 403, code: 'TRIES_USED' })

  const second = await application()
  const issued = await attempt(second, `${second}/face`, turning('d01'))
  t.match(issued, { status: 201, pass: String })
  const id = issued.certificate?.id ?? ''
  const renewed = await attempt(
    `/v1/certificates/${id}`,
    `/v1/certificates/${id}/passes`,
    turning('d01'),
  )
  t.match(renewed, { status: 201 })
  const other = await attempt(
    `/v1/certificates/${id}`,
    `/v1/certificates/${id}/passes`,
    turning('d05'),
  )
  t.match(other, { status: 403, code: 'NOT_VERIFIED' })
})

t.test(
  'a thief with a recording: tries end before its prompts come, the pictures are known',
  async t => {
    const recorded = await lin.post(
      `/v1/applications/${(await lin.apply()).application?.id}/challenge`,
      {},
    )
    const pictures = await turning('d01')(planOf(recorded))
    const application = `/v1/applications/${(await lin.apply()).application?.id}`
    const first = await lin.post(`${application}/challenge`, {})
    t.same(planOf(first), planOf(recorded), 'the same person within a minute: the same prompts')
    t.equal((await lin.post(`${application}/face`, answering(lin, first, pictures))).status, 201)

    const thief = await makeApplicant(world, NUMBER)
    let own = `/v1/applications/${(await thief.apply()).application?.id}`
    const drawn = new Set<string>()
    let fitting = 0
    let asked = 0
    for (let said = first; said.code !== 'TRIES_USED' && asked < 43; asked++) {
      world.clock.time += 20_000
      said = await thief.post(`${own}/challenge`, {})
      if (said.challenge === undefined) break
      drawn.add(said.challenge)
      if (JSON.stringify(planOf(said)) === JSON.stringify(planOf(recorded))) fitting += 1
    }
    t.equal(drawn.size, APPLICATION_TRIES_MAX)
    t.equal(asked, 3 * APPLICATION_TRIES_MAX, 'the same one again while it lives')
    t.equal(fitting, 0)

    // As if the prompts had come all the same.
    const copied = (q: number) => (one: Uint8Array) => sharp(one).jpeg({ quality: q }).toBuffer()
    const before = world.logged().split('"face check"').length
    for (const [what, shown, looked] of [
      ['the same bytes', pictures, 0],
      ['one of them', [...(await turning('d01')(planOf(recorded))).slice(1), pictures.at(-1)], 0],
      ['encoded again', await Promise.all(pictures.map(copied(60))), 1],
      [
        'scaled',
        await Promise.all(pictures.map(one => sharp(one).resize(500).jpeg().toBuffer())),
        2,
      ],
    ] as const) {
      own = `/v1/applications/${(await thief.apply()).application?.id}`
      const { challenge = '' } = await thief.post(`${own}/challenge`, {})
      await db
        .updateTable('challenges')
        .set({ prompts: JSON.stringify(planOf(recorded)) })
        .where('id', '=', challenge)
        .execute()
      const body = answering(thief, { ...recorded, challenge }, shown as readonly Uint8Array[])
      t.match(await thief.post(`${own}/face`, body), { status: 422, code: 'FACE_SEEN' }, what)
      t.equal(world.logged().split('"face check"').length - before, looked, 'engine asked')
    }

    world.clock.time += FRAMES_KEPT_MS
    await sweepAway(db, 'seenFrames', world.clock.time)
    const left = await db.selectFrom('seen_frames').select('capture').execute()
    t.same(left, [], 'gone after their time')
  },
)

t.test('what was seen stays nowhere: reasons in the log alone, no picture, no name', async t => {
  const logged = world.logged()
  t.match(logged, /"reason":"NO_MATCH","band":"far"/)
  t.notMatch(logged, NUMBER)
  t.notMatch(logged, 'AB CD')
  t.notMatch(logged, Buffer.from(file('d01-live.jpg').subarray(0, 60)).toString('base64'))
  const rows = await db.selectFrom('registry').selectAll().execute()
  t.notOk(Buffer.from(rows[0]?.photo ?? []).includes('JFIF'), 'the photo on file is sealed')
})
