/** The fleet's stream through the whole application, on each engine. */
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { FLEET_SEEN_MS } from '../../limits.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { enrolledGate } from '../../testing/enrolled.ts'
import { WELL } from '../../testing/health.ts'
import { makeJournal, uploadOf } from '../../testing/journal.ts'
import { openWorld, reopenWorld, type World } from '../../testing/world.ts'

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

await onEachEngine(async (t, newPlace, postgres) => {
  const place = await newPlace()
  const world = await openWorld(tempDir(), 2, place)
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

  if (postgres !== undefined) {
    await t.test('what one replica takes, who watches another one sees', async t => {
      const replica = await reopenWorld(world.dir, world.clock, place)
      t.teardown(() => replica.close())
      const { next } = await eventsOf(replica, await world.signIn('technician'))
      t.match(await next(), /^event: snapshot\n/)
      // A report is known by its time: in the millisecond of the one before it, it would be no news.
      world.clock.time += FLEET_SEEN_MS
      const rows = makeJournal('ab'.repeat(8), 20)
      const uploaded = await gate.send('/v1/gates/n-1/events', uploadOf(rows, 1, 20))
      t.equal(uploaded.status, 200)
      t.match(await next(), `{"gate":"n-1","seenAt":${world.clock.time}}`)
      const passages = [...Array(14).fill(0), 1]
      const recent = { verdicts: { ADMIT: passages }, passages, scanToRelay: null }
      await gate.send('/v1/gates/n-1/health', { ...WELL, software: '0.3.0', recent })
      t.match(await next(), /"software":"0\.3\.0".*"passages":\[[0,]+,1\]/)
    })
  }
})
