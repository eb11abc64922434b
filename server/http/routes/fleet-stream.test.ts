/** The fleet's stream through the whole application, on each engine. */
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { enrolledGate } from '../../testing/enrolled.ts'
import { WELL } from '../../testing/health.ts'
import { openWorld, type World } from '../../testing/world.ts'

/** Its events one by one, without comments; undefined at its end. */
async function eventsOf(world: World, headers: Record<string, string>) {
  const answer = await world.call('/v1/fleet/stream', { headers })
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  async function next(): Promise<string | undefined> {
    const { done, value } = await reader.read()
    if (done) return undefined
    const text = Buffer.from(value).toString()
    return text.startsWith('event:') ? text : next()
  }
  return { answer, next, cancel: () => reader.cancel() }
}

await onEachEngine(async (t, newPlace) => {
  const world = await openWorld(tempDir(), 2, await newPlace())
  t.teardown(() => world.close())
  const operator = await world.signIn('operator')
  const gate = await enrolledGate(world, operator, 'n-1')
  const report = (software: string) => gate.send('/v1/gates/n-1/health', { ...WELL, software })

  await t.test('snapshot, a report as it comes, and the end with the session', async t => {
    const { answer, next } = await eventsOf(world, operator)
    t.equal(answer.headers.get('content-type'), 'text/event-stream')
    t.equal(answer.headers.get('cache-control'), 'no-store')
    t.match(await next(), /^event: snapshot\nid: 1\ndata: \{"at":\d+,"rows":\[\{"gate":"n-1"/)
    await report('0.2.0')
    t.match(
      await next(),
      /^event: changes\nid: 2\ndata: .*"software":"0\.2\.0".*"gone":\[\]\}\n\n$/,
    )
    t.equal((await world.post('/v1/auth/sign-out', {}, operator)).status, 200)
    t.equal(await next(), 'event: end\ndata: {"code":"SIGN_IN"}\n\n')
    t.equal(await next(), undefined)
  })

  await t.test('each window is one of its member’s; HEAD opens none', async t => {
    const auditor = await world.signIn('auditor')
    const head = await world.call('/v1/fleet/stream', { method: 'HEAD', headers: auditor })
    t.equal(head.headers.get('content-type'), 'text/event-stream')
    const open = await Promise.all(Array.from({ length: 8 }, () => eventsOf(world, auditor)))
    const refused = await world.call('/v1/fleet/stream', { headers: auditor })
    t.equal(refused.status, 429)
    await refused.body?.cancel()
    await open[0]?.cancel()
    const again = await eventsOf(world, auditor)
    t.match(await again.next(), /"software":"0\.2\.0"/)
    world.endStreams()
    t.equal(await again.next(), undefined)
  })
})
