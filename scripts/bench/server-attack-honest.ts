/**
 * Honest traffic beside an attack: people who apply and are looked at, staff who look at the gates,
 * and polls. Each in its own time, whatever became of the one before.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { captureOf, type Head } from '../../fixtures/face-capture.ts'
import type { StaffSession } from '../../fixtures/staff.ts'
import { PICTURES_ASKED_MAX } from '../../server/face/limits.ts'
import { PROMPTS, type Prompt } from '../../server/face/port.ts'
import { makeApplicant } from '../../server/testing/applicant.ts'
import { openPollSocket } from './poll-socket.ts'
import { clientsAt } from './server-attack-clients.ts'

const FACES = join(import.meta.dirname, '../../fixtures/faces')
export const PORTRAIT_FILE = join(FACES, 'd01-live.jpg')
export const PHOTO_FILE = join(FACES, 'd01-id.jpg')
const STAFF_EVERY_MS = 200
const POLL_EVERY_MS = 50
/** One connection each: who waits for an answer asks no other. */
const GATES = 40
/** `BODY_SLOW` and `BUSY`: how long a phone that is told to come again waits, and for how long in all. */
const AGAIN: ReadonlySet<number> = new Set([408, 503])
const AGAIN_MS = 2000
const GIVES_UP_MS = 30_000

/** Pictures of one head for any challenge, base64: made before, since making them costs much. */
export type Album = ReadonlyMap<Prompt, readonly string[]>

export async function makeAlbum(): Promise<Album> {
  const heads: Record<string, Head> = JSON.parse(readFileSync(join(FACES, 'heads.json'), 'utf8'))
  const portrait = readFileSync(PORTRAIT_FILE)
  const pictures = PROMPTS.map(() => PICTURES_ASKED_MAX)
  const { frames } = await captureOf(portrait, heads.d01 as Head, PROMPTS, { pictures })
  const of = (i: number) =>
    frames
      .filter(({ prompt }) => prompt === i)
      .map(({ picture }) => Buffer.from(picture).toString('base64'))
  return new Map(PROMPTS.map((prompt, i) => [prompt, of(i)]))
}

export interface FaceChecked {
  /** 201, or what refused it: `503 FACE_BUSY`. */
  readonly answer: string
  /**
   * From the first sending of the pictures to the last answer; of the application and its challenge,
   * which a phone may be told to wait for, too.
   */
  readonly ms: number
  readonly appliedMs: number
  /** How often it was told to wait. */
  readonly waits: number
}

/** The right person with the right face, of an address of their own. A phone told to wait comes again. */
export async function honestCheck(
  url: string,
  person: { readonly number: string; readonly address: string },
  album: Album,
): Promise<FaceChecked> {
  const from = performance.now()
  let waits = 0
  async function patiently<T extends { readonly status: number }>(ask: () => Promise<T>) {
    for (const began = performance.now(); ; waits++) {
      const said = await ask()
      if (!AGAIN.has(said.status) || performance.now() - began > GIVES_UP_MS) return said
      await sleep(AGAIN_MS)
    }
  }
  const applicant = await makeApplicant(clientsAt(url, person.address), person.number)
  const path = `/v1/applications/${(await applicant.apply()).application?.id}`
  const asked = await patiently(() => applicant.post(`${path}/challenge`, {}))
  const capture = applicant.capture(asked.challenge, '')
  const left = new Map([...album].map(([prompt, pictures]) => [prompt, [...pictures]]))
  const frames = capture.frames.map(({ prompt }) => ({
    prompt,
    picture: left.get(asked.prompts?.[prompt] as Prompt)?.pop() ?? '',
  }))
  const began = performance.now()
  const said = await patiently(() => applicant.post(`${path}/face`, { ...capture, frames }))
  const ms = performance.now() - began
  const answer = said.status === 201 ? '201' : `${said.status} ${said.code}`
  return { answer, ms, appliedMs: began - from, waits }
}

export interface Honest {
  readonly faces: readonly FaceChecked[]
  /** Milliseconds each; those that failed are as long as the whole attack. */
  readonly staff: readonly number[]
  readonly polls: readonly number[]
}

/** For `ms`; `people`: each begins `everyMs` after the one before. */
export async function honestTraffic(
  { url, ms, everyMs }: { readonly url: string; readonly ms: number; readonly everyMs: number },
  people: readonly { readonly number: string; readonly address: string }[],
  { staff, album }: { readonly staff: StaffSession; readonly album: Album },
): Promise<Honest> {
  const poll = await polling(Number(new URL(url).port))
  const failed = (error: Error) => ({ answer: error.message, ms, appliedMs: ms, waits: 0 })
  const [faces, looked, polled] = await Promise.all([
    Promise.all(
      people.map(async (person, n) => {
        await sleep(n * everyMs)
        return honestCheck(url, person, album).catch(failed)
      }),
    ),
    each(STAFF_EVERY_MS, ms, () => staff.get('/v1/fleet/gates')),
    each(POLL_EVERY_MS, ms, poll),
  ])
  return { faces, staff: looked, polls: polled }
}

/** Each connection asks in its turn, as so many gates do; a new one where it was ended. */
async function polling(port: number): Promise<() => Promise<void>> {
  const gates = await Promise.all(Array.from({ length: GATES }, () => pollingGate(port)))
  let next = 0
  return () => (gates[next++ % gates.length] as () => Promise<void>)()
}

/** Its polls reject unless they are told 200 or 304. */
async function pollingGate(port: number): Promise<() => Promise<void>> {
  let etag = ''
  let socket = await openPollSocket(port)
  let last: Promise<unknown> = Promise.resolve()
  const once = async () => {
    try {
      const status = await socket.poll()
      if (status !== 200 && status !== 304) throw new Error(`a poll was told ${status}`)
    } catch (error) {
      socket.close()
      socket = await openPollSocket(port, { etag })
      throw error
    }
    etag = socket.etag()
  }
  await once()
  return () => {
    const turn = last.then(once)
    last = turn.catch(() => {})
    return turn
  }
}

/** By the clock, so that a slow answer does not make for fewer of them. */
async function each(everyMs: number, ms: number, work: () => Promise<unknown>): Promise<number[]> {
  const began = performance.now()
  const all: Promise<number>[] = []
  for (let n = 0; n * everyMs < ms; n++) {
    await sleep(Math.max(0, began + n * everyMs - performance.now()))
    const from = performance.now()
    all.push(
      work().then(
        () => performance.now() - from,
        () => ms,
      ),
    )
  }
  return Promise.all(all)
}
