/** The real networks on real portraits; and what becomes of a process that a picture ends. */
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import t from 'tap'
import { captureOf, type Head } from '../../fixtures/face-capture.ts'
import type { FaceAnswer } from './child-protocol.ts'
import { createFaceEngine } from './engine.ts'
import { PICTURE_BYTES_MAX } from './limits.ts'
import type { Capture, Prompt } from './port.ts'

const FACES = join(import.meta.dirname, '../../fixtures/faces')
const heads: Record<string, Head> = JSON.parse(readFileSync(join(FACES, 'heads.json'), 'utf8'))
const file = (name: string) => new Uint8Array(readFileSync(join(FACES, name)))
const onFile = (person: string) => file(`${person}-id.jpg`)
const live = (person: string) => file(`${person}-live.jpg`)
const PROMPTS: readonly Prompt[] = ['ahead', 'left', 'right', 'ahead']
const of = (person: string, prompts = PROMPTS) =>
  captureOf(live(person), heads[person] as Head, prompts)
const stills = (pictures: readonly Uint8Array[]): Capture => ({
  prompts: PROMPTS,
  frames: pictures.map((picture, prompt) => ({ prompt, picture })),
})
const jpeg = async (image: Sharp) => new Uint8Array(await image.jpeg().toBuffer())

const engine = createFaceEngine({ onFault: what => t.comment(what) })
t.teardown(() => engine.close())

t.test('the person on file who turns as told', async t => {
  for (const person of ['d01', 'd06']) {
    t.match(await engine.check(onFile(person), await of(person)), {
      challengePassed: true,
      matched: true,
      band: /near|close/,
    })
  }
  const other = await of('d05', ['right', 'ahead', 'left', 'ahead'])
  t.match(await engine.check(onFile('d05'), other), { challengePassed: true, matched: true })
})

t.test('another person passes the challenge and does not match', async t => {
  t.match(await engine.check(onFile('d03'), await of('d06')), {
    challengePassed: true,
    matched: false,
    reason: 'NO_MATCH',
    band: 'far',
  })
})

t.test(
  'the same steps for whoever is on file, and for whoever is compared with nobody',
  async t => {
    const decoy = new Uint8Array(readFileSync(join(import.meta.dirname, 'decoy.jpg')))
    const plain = await of('d06')
    const dear = await jpeg(sharp(plain.frames[0]?.picture).resize(3000, 3000))
    const frames = plain.frames.with(0, { prompt: 0, picture: dear })
    const [known, unknown] = await stepsOf([onFile('d03'), decoy], { ...plain, frames })
    t.same(unknown, known)
    t.match(known?.slice(-3), ['on file', 'none', { reason: 'NO_MATCH' }])
    t.equal(known?.filter(step => step === 'sent').length, 4)
  },
)

/** What checks against these photos do, as the program tells it, and their outcomes. */
async function stepsOf(filed: readonly Uint8Array[], capture: Capture): Promise<unknown[][]> {
  const child = fork(join(import.meta.dirname, 'child.ts'), [], { serialization: 'advanced' })
  const steps = filed.map((): unknown[] => [])
  const done = new Promise<void>(resolve => {
    child.on('message', (answer: FaceAnswer) => {
      if ('decoding' in answer) steps[answer.id]?.push(answer.decoding)
      if ('value' in answer) steps[answer.id]?.push(answer.value)
      if (('value' in answer || 'fault' in answer) && answer.id === filed.length - 1) resolve()
    })
  })
  for (const [id, onFile] of filed.entries()) child.send({ id, what: 'check', onFile, capture })
  await done
  child.disconnect()
  return steps
}

t.test('another order than the one asked for', async t => {
  const { frames } = await of('d01', ['ahead', 'right', 'left', 'ahead'])
  t.match(await engine.check(onFile('d01'), { prompts: PROMPTS, frames }), {
    challengePassed: false,
    matched: false,
    reason: 'WRONG_ORDER',
  })
})

t.test('a still: repeated, moved, scaled, tilted', async t => {
  const still = live('d01')
  const shaken = await Promise.all([
    jpeg(sharp(still).extract({ left: 30, top: 10, width: 600, height: 600 })),
    jpeg(sharp(still).resize(560)),
    jpeg(sharp(still).rotate(6, { background: '#888' })),
    jpeg(sharp(still).extract({ left: 0, top: 20, width: 620, height: 620 })),
  ])
  for (const frames of [[still, still, still, still], shaken]) {
    t.match(await engine.check(onFile('d01'), stills(frames)), {
      challengePassed: false,
      matched: false,
      reason: 'STILL',
    })
  }
})

t.test('somebody else in one frame', async t => {
  const own = (await of('d01')).frames.map(frame => frame.picture)
  const others = (await of('d06')).frames.map(frame => frame.picture)
  for (const place of [0, 1, 3]) {
    const mixed = own.with(place, others[place] as Uint8Array)
    const outcome = await engine.check(onFile('d01'), stills(mixed))
    t.match(outcome, { challengePassed: false, matched: false })
    t.ok(['OTHER_PERSON', 'WRONG_ORDER'].includes(outcome.reason ?? ''), String(outcome.reason))
  }
})

t.test('pictures of no use say why', async t => {
  const good = (await of('d01')).frames.map(frame => frame.picture)
  const portrait = sharp(live('d01'))
  const rows: [string, Uint8Array][] = [
    ['BAD_PICTURE', new TextEncoder().encode('no picture')],
    ['BAD_PICTURE', live('d01').slice(0, 4000)],
    ['BAD_PICTURE', new Uint8Array(PICTURE_BYTES_MAX + 1)],
    // A small file that unpacks to more pixels than are ever looked at.
    ['BAD_PICTURE', await bomb()],
    [
      'NO_FACE',
      await jpeg(sharp({ create: { width: 640, height: 480, channels: 3, background: '#567' } })),
    ],
    ['SEVERAL_FACES', await sideBySide('d01', 'd06')],
    ['TOO_DARK', await jpeg(portrait.clone().linear(0.15, 0))],
    ['TOO_BLURRED', await jpeg(portrait.clone().blur(4.6))],
    ['TOO_SMALL', await inCorner('d01')],
  ]
  for (const [reason, picture] of rows) {
    const outcome = await engine.check(onFile('d01'), stills(good.with(1, picture)))
    t.same(outcome, { challengePassed: false, matched: false, reason })
  }
  t.match(await engine.check(rows[4]?.[1] as Uint8Array, await of('d01')), { reason: 'ON_FILE' })
  const nothing = stills(PROMPTS.map((_, n) => new Uint8Array([n])))
  for (const filed of [onFile('d01'), new Uint8Array()]) {
    const said = await engine.check(filed, nothing)
    t.match(said, { reason: 'BAD_PICTURE' }, 'the capture is judged before what is on file')
  }
})

t.test('describing: one face, also of a gray picture', async t => {
  const gray = await engine.describe(onFile('d02'))
  t.ok(gray.ok && gray.embedding.length === 128)
  const photo = gray.ok ? await sharp(gray.photo).metadata() : {}
  t.match(photo, { format: 'jpeg', width: 512, height: 640 }, 'put on file at one size')
  t.same(await engine.describe(new Uint8Array(3)), { ok: false, reason: 'BAD_PICTURE' })
})

async function bomb(): Promise<Uint8Array> {
  const create = { width: 12_000, height: 12_000, channels: 3, background: '#000' } as const
  return new Uint8Array(await sharp({ create, limitInputPixels: false }).png().toBuffer())
}

async function sideBySide(a: string, b: string): Promise<Uint8Array> {
  const create = { width: 1280, height: 640, channels: 3, background: '#888' } as const
  return jpeg(
    sharp({ create }).composite([
      { input: Buffer.from(live(a)), left: 0, top: 0 },
      { input: Buffer.from(live(b)), left: 640, top: 0 },
    ]),
  )
}

async function inCorner(person: string): Promise<Uint8Array> {
  const create = { width: 640, height: 640, channels: 3, background: '#888' } as const
  const small = await sharp(live(person)).resize(120).toBuffer()
  return jpeg(sharp({ create }).composite([{ input: small, left: 40, top: 40 }]))
}
