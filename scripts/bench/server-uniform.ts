/**
 * Whether the time of an answer tells who is on file: applying, and face checks that don't match, by
 * whoever is on file and whoever is not, in turns. The real face check on real photos.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { captureOf, type Head } from '../../fixtures/face-capture.ts'
import type { ChallengePlan } from '../../server/face/challenge.ts'
import { createFaceEngine } from '../../server/face/engine.ts'
import type { Prompt } from '../../server/face/port.ts'
import { registerPerson } from '../../server/people-registry.ts'
import { transact } from '../../server/store/transact.ts'
import { makeApplicant, typedPerson } from '../../server/testing/applicant.ts'
import { openWorld, type World } from '../../server/testing/world.ts'
import { type Figure, figure } from './figure.ts'
import { inTurns, medianOf, ratioIn } from './pairs.ts'
import type { Ground } from './server-ground.ts'

const PART = 'server'
const ROUNDS = 8
const APPLICATIONS = 12
const FACES = join(import.meta.dirname, '../../fixtures/faces')
const ON_FILE = 'd01'
const BEFORE_THE_CAMERA = 'd06'

export async function uniformFigures(ground: Ground): Promise<Figure[]> {
  const faces = createFaceEngine({ onFault: () => {} })
  const world = await openWorld(ground.folder(), 2, await ground.place(), faces)
  try {
    await faces.ready()
    const capture = await turningHead()
    const bad: Shown = async ({ pictures }) =>
      pictures.flatMap((n, prompt) => Array.from({ length: n }, (_, i) => Uint8Array.of(prompt, i)))
    const kinds = [
      { name: 'apply', round: (known: boolean) => applying(world, known) },
      { name: 'face check, another person', round: checking(world, capture, 'NOT_VERIFIED') },
      { name: 'face check, no picture', round: checking(world, bad, 'FACE_BAD_PICTURE') },
    ]
    const figures: Figure[] = []
    for (const { name, round } of kinds) {
      const took = await inTurns(
        [
          { name: 'on file', round: () => round(true) },
          { name: 'not on file', round: () => round(false) },
        ],
        ROUNDS,
      )
      const ratio = ratioIn(took, 'on file', 'not on file')
      figures.push(
        figure(PART, `${name}, not on file`, [medianOf(took, 'not on file'), 'ms']),
        figure(PART, `${name}, on file`, [medianOf(took, 'on file'), 'ms'], {
          limit: 'not on file, the longer to the shorter',
          ratio: Math.max(ratio, 1 / ratio),
          goal: '≤ 1.10',
        }),
      )
    }
    return figures
  } finally {
    await world.close()
  }
}

type Shown = (plan: ChallengePlan) => Promise<readonly Uint8Array[]>

async function turningHead(): Promise<Shown> {
  const file = (name: string) => new Uint8Array(readFileSync(join(FACES, name)))
  const heads: Record<string, Head> = JSON.parse(Buffer.from(file('heads.json')).toString())
  const portrait = file(`${BEFORE_THE_CAMERA}-live.jpg`)
  const head = heads[BEFORE_THE_CAMERA] as Head
  return async ({ prompts, pictures }) =>
    (await captureOf(portrait, head, prompts, { pictures })).frames.map(frame => frame.picture)
}

let people = 0

/** A new phone in the hand of somebody new. Either way somebody is put on file: them, or another. */
async function somebody({ service, ...world }: World, known: boolean) {
  const documentNumber = `E${800_000 + people++}`
  const onFile = known ? documentNumber : `E${900_000 + people}`
  const photo = new Uint8Array(readFileSync(join(FACES, `${ON_FILE}-id.jpg`)))
  const { db, secrets } = service
  await transact(db, tx => registerPerson(tx, secrets, typedPerson(onFile), photo, 0))
  return makeApplicant({ service, ...world }, documentNumber)
}

/** Milliseconds of an application; the phone knows the nonce by then. */
async function applying(world: World, known: boolean): Promise<number> {
  const applicant = await somebody(world, known)
  await applicant.apply()
  const from = performance.now()
  for (let i = 0; i < APPLICATIONS; i++) {
    const { status } = await applicant.apply()
    if (status !== 201) throw new Error(`applying answered ${status}`)
  }
  return (performance.now() - from) / APPLICATIONS
}

/** Milliseconds of a face check that is refused with `code`. */
function checking(world: World, shown: Shown, code: string) {
  return async (known: boolean): Promise<number> => {
    const applicant = await somebody(world, known)
    const path = `/v1/applications/${(await applicant.apply()).application?.id}`
    const asked = await applicant.post(`${path}/challenge`, {})
    const { challenge, pictures = [] } = asked
    const seen = await shown({ prompts: (asked.prompts ?? []) as Prompt[], pictures })
    const of = pictures.flatMap((n, prompt) => Array.from({ length: n }, () => prompt))
    const frames = seen.map((picture, i) => ({
      prompt: of[i],
      picture: Buffer.from(picture).toString('base64'),
    }))
    const from = performance.now()
    const { holderKey } = applicant
    const said = await applicant.post(`${path}/face`, { challenge, frames, holderKey })
    if (said.code !== code) throw new Error(`a face check said ${said.code}, not ${code}`)
    return performance.now() - from
  }
}
