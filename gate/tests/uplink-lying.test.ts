/** A service that lies: what it can't know is not believed, and no answer of it becomes a loop. */
import { Hono } from 'hono'
import t, { type Test } from 'tap'
import type { Upload } from '../contract/events.ts'
import { BELIEVE_EVERY_MS, UPLOAD_RETRY_MAX_MS } from '../limits.ts'
import { lineTo, serveApp } from '../testing/uplink/line.ts'

type Answer = { readonly status: 200 | 409; readonly body: object }

const EVENTS = '/v1/gates/g1/events'
const honest = ({ rows }: Upload): Answer => ({
  status: 200,
  body: { next: (rows.at(-1)?.seq ?? 0) + 1 },
})
const gap = (next: number): Answer => ({ status: 409, body: { code: 'CHAIN_GAP', next } })
const fork: Answer = { status: 409, body: { code: 'CHAIN_FORK' } }

/** A line to a service whose answers are `answer`'s. */
async function lineToLiar(t: Test, rows: number, answer: (upload: Upload) => Answer) {
  const sent: Upload[] = []
  const app = new Hono().post(EVENTS, async c => {
    const upload = (await c.req.json()) as Upload
    sent.push(upload)
    const { status, body } = answer(upload)
    return c.json(body, status)
  })
  return { ...lineTo(t, rows, await serveApp(t, app)), sent }
}

t.test('an acknowledgement of what was not sent counts for nothing', async t => {
  const lies = [Number.MAX_SAFE_INTEGER, 302, 1_000]
  for (const next of lies) {
    let lying = true
    const liar = await lineToLiar(t, 301, upload =>
      lying && upload.rows[0]?.seq === 201 ? { status: 200, body: { next } } : honest(upload),
    )
    const expected = next === 302 ? 301 : 200
    await liar.uploader.flush()
    t.equal(liar.cursor(), expected, `next ${next}`)
    if (next === 302) continue
    t.match(liar.alarms[0], ['ACK_IMPLAUSIBLE', new RegExp(`next ${next} for rows 201 to 301`)])
    liar.core.prune(1e12, 60_000)
    t.equal(liar.count(), 102, 'rows 200, the anchor, to 301 stay')
    lying = false
    await liar.sentAll()
    t.equal(liar.cursor(), 301, 'and go up when it is honest again')
  }
})

t.test('an acknowledgement never goes back', async t => {
  const liar = await lineToLiar(t, 250, upload =>
    upload.rows[0]?.seq === 201 ? { status: 200, body: { next: 5 } } : honest(upload),
  )
  t.equal(await liar.uploader.flush(), false)
  t.equal(liar.cursor(), 200)
  t.match(liar.alarms, [['ACK_IMPLAUSIBLE', /next 5 for rows 201 to 250/]])
})

/** Each says the same for ever, and lets nothing go on. */
const FOR_EVER: readonly (readonly [string, (upload: Upload) => Answer])[] = [
  ['{"next":1}', () => ({ status: 200, body: { next: 1 } })],
  ['{"next":9007199254740991}', () => ({ status: 200, body: { next: Number.MAX_SAFE_INTEGER } })],
  ['an empty 200', () => ({ status: 200, body: {} })],
  ['CHAIN_GAP from 1', () => gap(1)],
  ['CHAIN_GAP from far ahead', () => gap(1e9)],
  ['CHAIN_FORK', () => fork],
]

for (const [name, answer] of FOR_EVER) {
  t.test(`${name} for ever: longer and longer pauses, nothing dropped`, async t => {
    const liar = await lineToLiar(t, 5, answer)
    void liar.uploader.flush()
    await liar.until('twenty requests', () => liar.sent.length >= 20)
    t.ok(liar.pausesMs.length >= liar.sent.length - 1, 'a pause after each request')
    t.same(liar.pausesMs.slice(0, 6), [500, 1000, 2000, 4000, 8000, 16_000])
    t.ok(
      liar.pausesMs.slice(6, 19).every(ms => ms === UPLOAD_RETRY_MAX_MS),
      'at its longest',
    )
    t.ok(liar.epochsOpened() <= 2, `${liar.epochsOpened()} epochs`)
    liar.core.prune(1e12, 60_000)
    t.ok(liar.count() >= 5)
  })
}

t.test('rows are sent anew once an hour at most, however often it says they are gone', async t => {
  const liar = await lineToLiar(t, 5, upload =>
    upload.rows[0]?.seq === 1 ? honest(upload) : gap(1),
  )
  await liar.uploader.flush()
  liar.append()
  const anew = () => liar.sent.filter(upload => upload.rows[0]?.seq === 1).length
  await liar.until('it was believed once', () => anew() === 2)
  liar.append()
  await liar.until('half an hour', () => liar.monotonicMs() > BELIEVE_EVERY_MS / 2)
  t.equal(anew(), 2)
  await liar.until('the next hour', () => anew() === 3)
  t.ok(liar.monotonicMs() >= BELIEVE_EVERY_MS)
})

t.test('forks between honest answers open one epoch, not one each', async t => {
  let count = 0
  const liar = await lineToLiar(t, 5, upload => (++count % 2 === 0 ? fork : honest(upload)))
  void liar.uploader.flush()
  await liar.until('a hundred requests', () => {
    liar.append()
    return liar.sent.length > 100
  })
  t.ok(liar.monotonicMs() < BELIEVE_EVERY_MS)
  t.equal(liar.epochsOpened(), 2)
})
