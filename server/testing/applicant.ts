/** A person who applies by phone, for tests: on file, and before the camera as told. */
import { generateSigningKey } from '../../pass/cose-node.ts'
import { presentPass } from '../../pass/present.ts'
import { encodePassText } from '../../pass/text.ts'
import { type Random, systemRandom } from '../clock.ts'
import { registerPerson } from '../services/people-registry.ts'
import { transact } from '../store/engine/transact.ts'
import { makeClient, newKeys, type World } from './world.ts'

export interface Said {
  readonly status: number
  /** Seconds, of an answer that names them. */
  readonly retryAfter?: number
  readonly code?: string
  readonly triesLeft?: number
  readonly readings?: readonly { readonly field: string; readonly as: string }[]
  readonly application?: { readonly id: string }
  readonly challenge?: string
  readonly prompts?: readonly string[]
  readonly pictures?: readonly number[]
  readonly certificate?: {
    readonly id: string
    readonly validFrom: string
    readonly validUntil: string
  }
  readonly pass?: string
  readonly next?: { readonly zh: string; readonly en: string }
}

export async function read(answer: Response): Promise<Said> {
  const wait = answer.headers.get('retry-after')
  const retryAfter = wait === null ? {} : { retryAfter: Number(wait) }
  return { status: answer.status, ...retryAfter, ...((await answer.json()) as object) }
}

export const typedPerson = (documentNumber: string) =>
  ({ name: 'AB CD', documentType: 'passport', documentNumber }) as const

/** On file with a photo that is their own number. */
export async function putOnFile(world: World, documentNumber: string): Promise<void> {
  const { db, secrets } = world.service
  const photo = Buffer.from(documentNumber)
  await transact(db, tx => registerPerson(tx, secrets, typedPerson(documentNumber), photo, 0))
}

/** What a phone is: its own key, the holder's, and its chance. */
export interface PhoneParts {
  readonly keys: ReturnType<typeof newKeys>
  readonly holder: ReturnType<typeof generateSigningKey>
  readonly random: Pick<Random, 'bytes' | 'integer'>
}

export const newPhone = (): PhoneParts => ({
  keys: newKeys('ES256'),
  holder: generateSigningKey('ES256'),
  random: systemRandom,
})

/** A new phone in a person's hand; requests go to `world`, or to another replica. */
export async function makeApplicant(
  world: World,
  documentNumber: string,
  { keys, holder, random }: PhoneParts = newPhone(),
) {
  const phone = makeClient(world, 'ES256', keys, random)
  const pictureOf = (name: string) =>
    Buffer.from(`${name}#${random.integer(2 ** 40)}`).toString('base64')
  const { x, y } = holder.privateKey.export({ format: 'jwk' })
  const holderKey = { kty: 'EC', crv: 'P-256', x, y }
  /** How many pictures each challenge wants. */
  const wanted = new Map<string, readonly number[]>()
  async function post(path: string, body: object): Promise<Said> {
    const said = await read(await phone.send(path, body))
    if (said.status >= 400 && said.next === undefined) {
      throw new Error(`${said.code} says no next step`)
    }
    if (said.challenge !== undefined) wanted.set(said.challenge, said.pictures ?? [])
    return said
  }
  /** As the challenge asks, of whoever is named; each picture is another one. */
  const capture = (challenge: string | undefined, picture: string) => ({
    challenge: challenge ?? '0'.repeat(32),
    frames: (wanted.get(challenge ?? '') ?? [1, 1, 1, 1]).flatMap((n, prompt) =>
      Array.from({ length: n }, () => ({ prompt, picture: pictureOf(picture) })),
    ),
    holderKey,
  })

  async function apply(more: object = {}): Promise<Said> {
    const application = { ...typedPerson(documentNumber), city: 'Hangzhou', consent: true, ...more }
    return post('/v1/applications', application)
  }

  /** One face check: of this person unless told otherwise. */
  async function face(application: string, picture = documentNumber): Promise<Said> {
    const path = `/v1/applications/${application}`
    const { challenge, ...said } = await post(`${path}/challenge`, {})
    return said.status === 201 ? post(`${path}/face`, capture(challenge, picture)) : said
  }

  return {
    phone,
    holderKey,
    /** The code as the phone shows it; now, unless told otherwise. */
    async show({ pass = '' }: Said, atMs = world.clock.time): Promise<string> {
      const presentedAt = Math.floor(atMs / 1000)
      const bytes = new Uint8Array(Buffer.from(pass, 'base64url'))
      return encodePassText(await presentPass({ pass: bytes, presentedAt, sign: holder.sign }))
    },
    post,
    capture,
    apply,
    face,
    async certificate(): Promise<Said> {
      const said = await apply()
      return said.application === undefined ? said : face(said.application.id)
    },
    async renew(id: string, picture = documentNumber): Promise<Said> {
      const { challenge, ...said } = await post(`/v1/certificates/${id}/challenge`, {})
      return said.status === 201
        ? post(`/v1/certificates/${id}/passes`, capture(challenge, picture))
        : said
    },
  }
}
