/** The adapter against a real server: what is sent, and every way in which no good answer comes. */

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import t, { type Test } from 'tap'
import { systemRandom, systemTimers } from '../clock.ts'
import { errorFields } from '../ops/log.ts'
import { answerJson, startFaceService } from '../testing/face-service.ts'
import {
  PICTURE_BYTES_MAX,
  REMOTE_ANSWER_BYTES_MAX,
  REMOTE_AWAY_MS,
  REMOTE_FAILURES_MAX,
  REMOTE_SENDS_MAX,
} from './limits.ts'
import { type Capture, FaceCheckError } from './port.ts'
import { createRemoteFaces, type RemoteParts } from './remote.ts'

const SECRET = 'a secret that only the two know'.replaceAll(' ', '-')
const PICTURE = Buffer.from('the picture of a face')
const ON_FILE = Buffer.from('the photo on file')
const CAPTURE: Capture = {
  prompts: ['ahead', 'left', 'right', 'ahead'],
  frames: [0, 1, 2, 3].map(prompt => ({ prompt, picture: PICTURE })),
}
const GOOD = { challengePassed: true, matched: true, band: 'near' } as const

async function setUp(t: Test, more: Partial<RemoteParts> = {}) {
  const service = await startFaceService()
  t.teardown(() => service.close())
  const told: string[] = []
  const clock = { time: 0 }
  const faces = createRemoteFaces({
    url: service.url,
    secret: SECRET,
    deadlineMs: 5000,
    onFault: (what, error) => void told.push(what, JSON.stringify(errorFields(error))),
    timers: { ...systemTimers, monotonic: () => clock.time },
    random: systemRandom,
    fetch,
    ...more,
  })
  t.teardown(() => faces.close())
  return { service, told, clock, faces, check: () => faces.check(ON_FILE, CAPTURE) }
}

t.test('what is sent, and what may be answered', async t => {
  const { service, check } = await setUp(t)
  t.same(await check(), GOOD)
  const [asked] = service.asked
  t.match(asked?.headers, {
    authorization: `Bearer ${SECRET}`,
    'content-type': 'application/json',
    'idempotency-key': /^[0-9a-f]{32}$/,
  })
  t.same(JSON.parse(asked?.body ?? ''), {
    protocol: 'wicketgate-face/1',
    prompts: CAPTURE.prompts,
    frames: [0, 1, 2, 3].map(prompt => ({ prompt, picture: PICTURE.toString('base64') })),
    onFile: ON_FILE.toString('base64'),
  })
  for (const answer of [
    { challengePassed: true, matched: false, reason: 'NO_MATCH', band: 'far' },
    { challengePassed: false, matched: false, reason: 'STILL' },
    { challengePassed: false, matched: true, reason: 'WRONG_ORDER', band: 'close' },
    { challengePassed: true, matched: true },
  ]) {
    service.answer = answerJson(answer)
    t.same(await check(), answer)
  }
  service.answer = answerJson({ ...GOOD, reason: null, model: 'x', took: 5 })
  t.same(await check(), GOOD, 'what we don’t know is left aside')
  const keys = service.asked.map(one => one.headers['idempotency-key'])
  t.equal(new Set(keys).size, keys.length, 'each check has its own key')
})

t.test('wrong answers are none, and are not asked for again', async t => {
  const { service, check, faces } = await setUp(t)
  const wrong: unknown[] = [
    '',
    'yes',
    '{"challengePassed":true,"matched":true',
    'null',
    '[]',
    {},
    { matched: true },
    { challengePassed: 'true', matched: 'true' },
    { challengePassed: true, matched: true, reason: 'NO_MATCH' },
    { challengePassed: true, matched: false },
    { challengePassed: false, matched: true },
    { challengePassed: true, matched: false, reason: 'UGLY' },
    { ...GOOD, band: 'nearly' },
  ]
  for (const [i, value] of wrong.entries()) {
    service.answer = answerJson(value)
    await t.rejects(check(), { code: 'UNAVAILABLE' }, JSON.stringify(value))
    t.equal(service.asked.length, 2 * i + 1)
    service.answer = answerJson(GOOD)
    await faces.check(ON_FILE, CAPTURE)
  }
})

t.test('a large answer at the limit and one over; one without an end', async t => {
  const { service, check } = await setUp(t)
  const text = JSON.stringify(GOOD)
  service.answer = answerJson(text.padEnd(REMOTE_ANSWER_BYTES_MAX, ' '))
  t.same(await check(), GOOD)
  service.answer = answerJson(text.padEnd(REMOTE_ANSWER_BYTES_MAX + 1, ' '))
  await t.rejects(check(), { code: 'UNAVAILABLE' })
  let closed: Promise<unknown> = Promise.resolve()
  service.answer = response => {
    closed = once(response, 'close')
    const more = () => {
      while (response.write(Buffer.alloc(64 * 1024, 32)));
      response.once('drain', more)
    }
    response.writeHead(200)
    more()
  }
  await t.rejects(check(), { code: 'UNAVAILABLE' })
  await closed
  t.pass('the connection was ended by us')
})

t.test('a service that says nothing, or begins and stops: the deadline', async t => {
  const { service, check, told } = await setUp(t, { deadlineMs: 120 })
  for (const answer of [
    () => {},
    (response: ServerResponse) => {
      response.writeHead(200)
      response.write('{"challengePassed":true,')
    },
  ]) {
    service.answer = answer
    const before = service.asked.length
    await t.rejects(check(), { code: 'UNAVAILABLE' })
    t.equal(service.asked.length, before + 1, 'there was no time to ask again')
  }
  t.match(told[0], /TIMEOUT/)
})

t.test('a lost answer is asked for again: the same request, under the same key', async t => {
  const { service, check } = await setUp(t)
  for (const lose of [
    (response: ServerResponse) => void response.destroy(),
    (response: ServerResponse) => {
      response.writeHead(200, { 'content-length': 500 })
      response.write('{"challenge', () => response.destroy())
    },
    answerJson('busy', 503),
    answerJson('', 502),
  ]) {
    service.asked.length = 0
    service.answer = response => {
      service.answer = answerJson(GOOD)
      lose(response)
    }
    t.same(await check(), GOOD)
    t.equal(service.asked.length, REMOTE_SENDS_MAX)
    const [first, again] = service.asked
    t.equal(again?.headers['idempotency-key'], first?.headers['idempotency-key'])
    t.equal(again?.body, first?.body)
  }
})

t.test('what a status comes to, and how often it is asked', async t => {
  const { service, check, faces } = await setUp(t)
  for (const [status, code, sends] of [
    [503, 'BUSY', REMOTE_SENDS_MAX],
    [429, 'BUSY', REMOTE_SENDS_MAX],
    [502, 'UNAVAILABLE', REMOTE_SENDS_MAX],
    [500, 'UNAVAILABLE', 1],
    [401, 'UNAVAILABLE', 1],
    [404, 'UNAVAILABLE', 1],
    [204, 'UNAVAILABLE', 1],
  ] as const) {
    service.asked.length = 0
    service.answer = response => response.writeHead(status).end()
    await t.rejects(check(), { code }, String(status))
    t.equal(service.asked.length, sends, String(status))
    service.answer = answerJson(GOOD)
    await faces.check(ON_FILE, CAPTURE)
  }
})

t.test('another address is never followed with secret and pictures', async t => {
  const elsewhere = await startFaceService()
  t.teardown(() => elsewhere.close())
  const { service, check } = await setUp(t)
  service.answer = response => response.writeHead(307, { location: elsewhere.url }).end()
  await t.rejects(check(), { code: 'UNAVAILABLE' })
  t.equal(elsewhere.asked.length, 0)
})

t.test('away: after failures in a row nobody waits; then one tries', async t => {
  const { service, check, clock } = await setUp(t)
  service.answer = answerJson('', 500)
  for (let i = 0; i < REMOTE_FAILURES_MAX; i++) await t.rejects(check(), { code: 'UNAVAILABLE' })
  t.equal(service.asked.length, REMOTE_FAILURES_MAX)
  clock.time += REMOTE_AWAY_MS - 1
  await t.rejects(check(), { code: 'UNAVAILABLE' })
  t.equal(service.asked.length, REMOTE_FAILURES_MAX, 'not asked')
  clock.time += 1
  service.answer = answerJson(GOOD)
  const three = await Promise.allSettled([check(), check(), check()])
  t.same(
    three.map(one => one.status),
    ['fulfilled', 'rejected', 'rejected'],
  )
  t.same(await check(), GOOD)
})

t.test('busy is not away', async t => {
  const { service, check } = await setUp(t)
  service.answer = answerJson('', 429)
  await Promise.allSettled(Array.from({ length: REMOTE_FAILURES_MAX }, check))
  service.answer = answerJson(GOOD)
  t.same(await check(), GOOD)
})

t.test('the end', async t => {
  // No deadline comes to help within the test.
  const { service, check, faces } = await setUp(t, { deadlineMs: 600_000 })
  service.answer = () => {}
  const settled = Promise.allSettled([check(), check()])
  await faces.close()
  t.ok((await settled).every(one => one.status === 'rejected'))
  const asked = service.asked.length
  await t.rejects(check(), { code: 'UNAVAILABLE' }, 'after the close')
  t.equal(service.asked.length, asked)
})

t.test('nobody there', async t => {
  const { service, check, told } = await setUp(t)
  await service.close()
  await t.rejects(check(), { code: 'UNAVAILABLE' })
  t.match(told[0], /NETWORK/)
})

t.test('what need not be sent is not', async t => {
  const { service, faces } = await setUp(t)
  const frames = CAPTURE.frames.slice(1)
  t.match(await faces.check(ON_FILE, { ...CAPTURE, frames }), { reason: 'INCOMPLETE' })
  const large = CAPTURE.frames.with(2, {
    prompt: 2,
    picture: new Uint8Array(PICTURE_BYTES_MAX + 1),
  })
  t.match(await faces.check(ON_FILE, { ...CAPTURE, frames: large }), { reason: 'BAD_PICTURE' })
  t.equal(service.asked.length, 0)
  const full = CAPTURE.frames.with(2, { prompt: 2, picture: new Uint8Array(PICTURE_BYTES_MAX) })
  t.same(await faces.check(ON_FILE, { ...CAPTURE, frames: full }), GOOD, 'at the limit')
})

t.test('neither secret nor picture is told', async t => {
  const { service, check, told, faces } = await setUp(t)
  const echo = (status: number) => (response: ServerResponse, asked: { body: string }) =>
    answerJson(asked.body, status)(response)
  for (const answer of [
    echo(200),
    echo(500),
    (response: ServerResponse) => void response.destroy(),
  ]) {
    service.answer = answer
    const error = await check().catch((error: unknown) => error as Error)
    t.ok(error instanceof FaceCheckError)
    told.push(inspect(error, { depth: 9 }))
  }
  await faces.close()
  for (const secret of [SECRET, PICTURE, ON_FILE, PICTURE.toString('base64')]) {
    t.notOk(told.join('\n').includes(secret.toString()))
  }
  t.ok(told.length >= 6)
})
