/** Applying with real photos and the real face check, from the file of people to a code at a gate. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { captureOf, type Head } from '../fixtures/face-capture.ts'
import { createFaceEngine } from './face/engine.ts'
import type { Prompt } from './face/port.ts'
import { registerPerson } from './people-registry.ts'
import { transact } from './store/transact.ts'
import { makeApplicant, type Said, typedPerson } from './testing/applicant.ts'
import { openWorld } from './testing/world.ts'

const FACES = join(import.meta.dirname, '../fixtures/faces')
const heads: Record<string, Head> = JSON.parse(readFileSync(join(FACES, 'heads.json'), 'utf8'))
const file = (name: string) => new Uint8Array(readFileSync(join(FACES, name)))

const faces = createFaceEngine({ onFault: what => t.comment(what) })
const world = await openWorld(t.testdir(), 2, undefined, faces)
t.teardown(() => world.close())
const NUMBER = 'E81001'
const { db, secrets } = world.service
await transact(db, tx =>
  registerPerson(tx, secrets, typedPerson(NUMBER), file('d01-id.jpg'), world.clock.time),
)
const lin = await makeApplicant(world, NUMBER)

/** What is shown to the camera for these prompts, as base64. */
type Shown = (prompts: readonly Prompt[]) => Promise<readonly Uint8Array[]>

const turning =
  (person: string): Shown =>
  async prompts =>
    (await captureOf(file(`${person}-live.jpg`), heads[person] as Head, prompts)).frames.map(
      frame => frame.picture,
    )

/** Answers a fresh challenge of an application or certificate. */
async function attempt(path: string, answerPath: string, shown: Shown): Promise<Said> {
  const { challenge, prompts } = await lin.post(`${path}/challenge`, {})
  const pictures = await shown((prompts ?? []) as Prompt[])
  const frames = pictures.map((picture, prompt) => ({
    prompt,
    picture: Buffer.from(picture).toString('base64'),
  }))
  return lin.post(answerPath, { challenge, frames, holderKey: lin.holderKey })
}

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
    ['FACE_NOT_FOUND', async () => [wall, wall, wall, wall]],
    ['FACE_SEVERAL', async prompts => (await turning('d01')(prompts)).with(2, two)],
    ['FACE_STILL', async () => [still, still, still, still]],
    ['FACE_STILL', () => Promise.all([0, 10, 20, 30].map(shaken))],
    ['NOT_VERIFIED', turning('d06')],
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

t.test('what was seen stays nowhere: reasons in the log alone, no picture, no name', async t => {
  const logged = world.logged()
  t.match(logged, /"reason":"NO_MATCH","band":"far"/)
  t.notMatch(logged, NUMBER)
  t.notMatch(logged, 'AB CD')
  t.notMatch(logged, Buffer.from(file('d01-live.jpg').subarray(0, 60)).toString('base64'))
  const rows = await db.selectFrom('registry').selectAll().execute()
  t.notOk(Buffer.from(rows[0]?.photo ?? []).includes('JFIF'), 'the photo on file is sealed')
})
