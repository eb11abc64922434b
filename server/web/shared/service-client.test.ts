import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createVirtualTime } from '../../../fixtures/clock.ts'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { openWorld } from '../../testing/world.ts'
import { AGAIN_AFTER_MS } from './limits.ts'
import { makePhoneKey, publicJwkOf } from './phone-keys.ts'
import { createServiceClient, type Given } from './service-client.ts'
import { createServiceClock } from './service-clock.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())
const keys = await makePhoneKey()

/** Before this service, or before `answers`, one a request. */
function client(answers?: readonly (() => Promise<Response>)[], isOnline = true) {
  const time = createVirtualTime(world.clock.time)
  const clock = { now: time.clock.nowMs, monotonic: time.clock.monotonicMs }
  const serviceClock = createServiceClock(clock)
  const asked: string[] = []
  let next = 0
  const made = createServiceClient({
    ...{ clock, serviceClock, timers: time.timers },
    random: count => new Uint8Array(randomBytes(count)),
    isOnline: () => isOnline,
    fetch: (async (path: string, init: RequestInit) => {
      asked.push(`${init.method} ${path}`)
      const answer = answers?.[Math.min(next++, answers.length - 1)]
      return answer === undefined ? world.call(path, init) : answer()
    }) as typeof fetch,
  })
  return { ...made, asked, time, serviceClock }
}

const APPLY: Given<'POST /v1/applications'> = {
  body: {
    name: 'AB CD',
    documentType: 'passport',
    documentNumber: 'E1234567',
    city: '杭州',
    consent: true,
  },
}

t.test(
  'a proof that the service takes: the first asks for a nonce, later ones have it',
  async t => {
    const { call, asked } = client()
    const first = await call('POST /v1/applications', APPLY, keys)
    t.ok(first.ok)
    t.same(asked, ['GET /v1/time', 'POST /v1/applications'])
    t.ok((await call('POST /v1/applications', APPLY, keys)).ok)
    t.equal(asked.length, 3)
    world.clock.time += 10 * 60_000
    t.ok(
      (await call('POST /v1/applications', APPLY, keys)).ok,
      'the next nonce comes with USE_NONCE',
    )
    t.equal(asked.length, 5)
  },
)

t.test('a refusal has its code, and what to do next in both languages', async t => {
  const { call } = client()
  const body = { ...APPLY.body, documentNumber: '?' }
  const answer = await call('POST /v1/applications', { body }, keys)
  t.match(answer, { ok: false, why: 'refused', problem: { code: 'DOCUMENT_INVALID' } })
  t.match(answer, { problem: { next: { zh: /证件/, en: /document/ } } })
})

t.test('paths are filled in and escaped', async t => {
  const { call, asked } = client()
  await call('GET /v1/certificates/{id}', { params: { id: '../a b' } })
  t.same(asked, ['GET /v1/certificates/..%2Fa%20b'])
})

const reset = async () => {
  throw new TypeError('reset')
}

t.test('no answer is asked for again, four times in all; without a network never', async t => {
  const { call, asked, time } = client([reset])
  const answer = call('GET /v1/time', {})
  for (const ms of AGAIN_AFTER_MS) await time.advanceAsync(ms)
  t.same(await answer, { ok: false, why: 'unreachable' })
  t.equal(asked.length, 1 + AGAIN_AFTER_MS.length)
  const alone = client([reset], false)
  t.same(await alone.call('GET /v1/time', {}), { ok: false, why: 'unreachable' })
  t.equal(alone.asked.length, 1)
})

t.test(
  'what is no answer of the service is none: a proxy’s page, half a body, an empty one',
  async t => {
    for (const [body, status] of [
      ['<html>502</html>', 502],
      ['{"now":', 200],
      ['', 503],
      ['null', 500],
      ['{"title":"no code"}', 400],
    ] as const) {
      const { call, time } = client([async () => new Response(body, { status })])
      const answer = call('GET /v1/trains' as never, {} as never)
      for (const ms of AGAIN_AFTER_MS) await time.advanceAsync(ms)
      t.same(await answer, { ok: false, why: 'unreachable' }, `${status} ${body}`)
    }
  },
)

t.test('the service’s time is learnt of its answer', async t => {
  const { call, serviceClock, time } = client()
  world.clock.time = time.clock.nowMs() + 90_000
  t.ok((await call('GET /v1/time', {})).ok)
  t.equal(serviceClock.offsetMs(), 90_000)
})

t.test('keys can not be read out', async t => {
  t.equal(keys.privateKey.extractable, false)
  await t.rejects(crypto.subtle.exportKey('pkcs8', keys.privateKey))
  t.match(await publicJwkOf(keys), { kty: 'EC', crv: 'P-256', x: /^[\w-]{43}$/, y: /^[\w-]{43}$/ })
})
