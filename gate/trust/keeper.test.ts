import type { ServerResponse } from 'node:http'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { FetchPort } from '../net/download.ts'
import { bootGate } from '../testing/trust/gate.ts'
import { createOrigin, serveOrigin } from '../testing/trust/origin.ts'
import { LIST, T0, TrustWorld } from '../testing/trust/world.ts'
import { alarmFilter } from './events.ts'
import type { TrustKeeper } from './keeper.ts'

t.test('boots from factory trust, polls, reboots offline from its cache', async t => {
  const dataDir = tempDir()
  const world = await TrustWorld.create()
  const origin = createOrigin(world)
  const serviceUrl = await serveOrigin(t, origin)

  const first = bootGate(dataDir, world, { serviceUrl })
  t.same(origin.requests, [], 'nothing is sent before start')
  t.equal(first.keeper.view().issuerKeys(world.issuer.kid).length, 1, 'factory keys are known')
  t.equal(first.keeper.view().status(LIST, 7, T0 * 1000), 'unknown')
  t.equal(first.keeper.freshness().stage, 'CLOSED')
  t.same(await first.keeper.pollNow(), { code: 'UPDATED' })
  t.equal(first.keeper.view().status(LIST, 7, T0 * 1000), 'valid')
  t.equal(first.keeper.freshness().stage, 'FRESH')
  t.same(await first.keeper.pollNow(), { code: 'UNCHANGED' })

  await world.publish({ lists: { [LIST]: [7] } })
  t.same(await first.keeper.pollNow(), { code: 'UPDATED' })
  t.equal(first.keeper.view().status(LIST, 7, T0 * 1000), 'invalid')
  t.equal(first.keeper.view().status(LIST, 8, T0 * 1000), 'valid')
  await first.keeper.close()

  origin.down = true
  const started = performance.now()
  const second = bootGate(dataDir, world, { serviceUrl })
  t.comment(`booted in ${(performance.now() - started).toFixed(1)} ms`)
  t.equal(second.keeper.view().status(LIST, 7, T0 * 1000), 'invalid')
  t.equal(second.keeper.view().status(LIST, 8, T0 * 1000), 'valid')
  t.equal(second.keeper.freshness().stage, 'FRESH')
  t.same(await second.keeper.pollNow(), { code: 'NETWORK', what: 'manifest' })
  t.same(second.codes(), [])
  await second.keeper.close()
})

t.test(
  'a revocation arrives within 1.2 s at a poll of 1 s, sooner when the stream says so',
  async t => {
    const world = await TrustWorld.create()
    const origin = createOrigin(world)
    let stream: ServerResponse | undefined
    origin.hijack = (line, response) => {
      if (line !== 'GET /v1/trust/events') return false
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
      stream = response
      return true
    }
    const serviceUrl = await serveOrigin(t, origin)
    const arrives = async (keeper: TrustKeeper, index: number, tell: () => void) => {
      await world.publish({ lists: { [LIST]: [index] } })
      tell()
      const started = performance.now()
      while (keeper.view().status(LIST, index, T0 * 1000) !== 'invalid') {
        if (performance.now() - started > 20_000) break
        await new Promise(resolve => setTimeout(resolve, 5))
      }
      return performance.now() - started
    }

    const polling = bootGate(`${tempDir()}/polling`, world, { serviceUrl, pollMs: 1000 })
    polling.keeper.start()
    await polling.keeper.pollNow()
    const polledMs = await arrives(polling.keeper, 5, () => {})
    t.ok(polledMs <= 1200, `${polledMs.toFixed(0)} ms by polling`)
    await polling.keeper.close()

    const streaming = bootGate(`${tempDir()}/streaming`, world, { serviceUrl, pollMs: 60_000 })
    streaming.keeper.start()
    await streaming.keeper.pollNow()
    const toldMs = await arrives(streaming.keeper, 6, () => stream?.write('data: 1\n\n'))
    t.ok(toldMs <= 1200, `${toldMs.toFixed(0)} ms by the stream`)
    await streaming.keeper.close()
  },
)

t.test('an idle poll is under 250 bytes of body and of headers that we choose', async t => {
  const world = await TrustWorld.create()
  const origin = createOrigin(world)
  let sent: string[] = []
  const serviceUrl = await serveOrigin(t, origin)
  const spying: typeof fetch = (url, init) => {
    sent = Object.entries((init?.headers ?? {}) as Record<string, string>).flat()
    return fetch(url, init)
  }
  const { keeper } = bootGate(tempDir(), world, { serviceUrl, fetch: spying as FetchPort })
  await keeper.pollNow()
  t.same(await keeper.pollNow(), { code: 'UNCHANGED' })
  t.equal(sent[0], 'if-none-match')
  t.ok(sent.join('').length < 100, `${sent.join('').length} bytes`)
  await keeper.close()
})

t.test('an hour of lies is told once, and again after it', async t => {
  let nowMs = 0
  const alarm = alarmFilter(() => nowMs)
  t.match(alarm('ROLLBACK', 'manifest'), { code: 'TRUST_ROLLBACK', what: 'manifest' })
  t.equal(alarm('ROLLBACK', 'manifest'), undefined)
  t.match(alarm('ROLLBACK', 'trust 2'), { what: 'trust 2' })
  t.match(alarm('EQUIVOCATION', 'manifest'), { code: 'TRUST_EQUIVOCATION' })
  for (const code of ['UPDATED', 'HASH', 'NETWORK', 'TRUST_GAP', 'constructor', '__proto__']) {
    t.equal(alarm(code, 'manifest'), undefined, code)
  }
  nowMs = 3_599_999
  t.equal(alarm('ROLLBACK', 'manifest'), undefined)
  nowMs = 3_600_000
  t.match(alarm('ROLLBACK', 'manifest'), { code: 'TRUST_ROLLBACK' })
})
