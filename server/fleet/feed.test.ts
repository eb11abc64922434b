/** The feed on virtual time: who watches, what they are sent, and when they are let go. */
import type { KyselyPlugin } from 'kysely'
import t, { type Test } from 'tap'
import { settle } from '../../fixtures/clock.ts'
import { sleep, type Timers } from '../clock.ts'
import * as limits from '../limits.ts'
import { createLog } from '../ops/log.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { transact } from '../store/engine/transact.ts'
import { keepHealth } from '../store/gates/gate-health.ts'
import { WELL } from '../testing/health.ts'
import { createServiceTime } from '../testing/virtual-time.ts'
import { createFleetFeed, type EndCode } from './feed.ts'

const START = Date.UTC(2026, 4, 20)
const BEAT = limits.FLEET_BEAT_MS

interface Told {
  readonly event: string
  readonly id?: string
  readonly rows: { gate: string; [field: string]: unknown }[]
  readonly gone: string[]
  readonly code?: string
}

function readEvent(text: string): Told {
  const fields = new Map(
    text
      .trimEnd()
      .split('\n')
      .map(line => line.split(/: ?(.*)/, 2) as [string, string]),
  )
  const data = JSON.parse(fields.get('data') ?? '{}') as Partial<Told>
  const event = fields.get('event') ?? 'comment'
  return {
    rows: [],
    gone: [],
    ...data,
    event,
    ...(fields.has('id') && { id: fields.get('id') as string }),
  }
}

async function world(t: Test) {
  const { time, clock, timers } = createServiceTime(START, 4)
  const db = await openDatabase(':memory:')
  const database = { answersInMs: 0 }
  const ended = new Map<string, EndCode>()
  const log = createLog('error', { write: line => t.fail(line) })
  const feed = createFleetFeed({
    ...{ db: db.withPlugin(slowed(timers, database)), clock, timers, log },
    endedSessions: async (_db, sessions) =>
      new Map([...ended].filter(([session]) => sessions.includes(session))),
  })
  t.teardown(async () => {
    await feed.stop()
    await db.destroy()
  })
  const addGate = (id: string) =>
    db
      .insertInto('gates')
      .values({
        ...{ id, station: 'north', key_thumbprint: id, public_key: '', enrolled_at: START },
        ...{ seen_at: null, retired_at: null },
      })
      .execute()
  /** As the route does it; `heard` is false where another replica took the report. */
  const report = async (gate: string, health = WELL, heard = true) => {
    const now = clock.now()
    await transact(db, tx => keepHealth(tx, gate, health, now))
    if (heard) feed.told(gate, health, now)
  }
  function watch(member = 'm', session = 's') {
    const chunks: Uint8Array[] = []
    const viewer = { room: true, ended: 0 }
    const leave = feed.watch({
      ...{ member, session },
      send(chunk) {
        if (viewer.room) chunks.push(chunk)
        return viewer.room
      },
      end() {
        viewer.ended += 1
        leave()
      },
    })
    /** Events since the last call; no comments. */
    const news = () =>
      chunks
        .splice(0)
        .map(chunk => readEvent(Buffer.from(chunk).toString()))
        .filter(({ event }) => event !== 'comment')
    return { viewer, chunks, news, leave }
  }
  return { time, db, database, ended, feed, addGate, report, watch }
}

/** A database that takes so long for each answer. */
const slowed = (timers: Timers, database: { readonly answersInMs: number }): KyselyPlugin => ({
  transformQuery: ({ node }) => node,
  async transformResult({ result }) {
    if (database.answersInMs > 0) await sleep(timers, database.answersInMs)
    return result
  },
})

t.test('the whole fleet first, then of each gate the fields that differ', async t => {
  const { time, addGate, report, watch } = await world(t)
  await addGate('n-1')
  await addGate('n-2')
  await report('n-1')
  const { news } = watch()
  await time.advanceAsync(0)
  t.match(news(), [
    { event: 'snapshot', id: '1', rows: [{ gate: 'n-1', software: '0.1.0' }, { gate: 'n-2' }] },
  ])
  await time.advanceAsync(10 * BEAT)
  t.same(news(), [], 'nothing while nothing changes')
  await report('n-1', { ...WELL, software: '0.2.0' })
  await time.advanceAsync(BEAT)
  const [change, ...more] = news()
  t.same(more, [])
  t.match(change, { event: 'changes', id: '2', gone: [] })
  t.same(change?.rows, [{ gate: 'n-1', reportedAt: START + 10 * BEAT, software: '0.2.0' }])
})

t.test(
  'many reports between two beats are one event; another replica’s come by the database',
  async t => {
    const { time, addGate, report, watch } = await world(t)
    await addGate('n-1')
    await addGate('n-2')
    const { news } = watch()
    await time.advanceAsync(0)
    news()
    for (let n = 0; n < 40; n++) await report('n-1', { ...WELL, software: `0.1.${n}` })
    await report('n-2', { ...WELL, software: '9' }, false)
    await time.advanceAsync(BEAT)
    t.match(news(), [
      {
        rows: [
          { gate: 'n-1', software: '0.1.39' },
          { gate: 'n-2', software: '9' },
        ],
      },
    ])
  },
)

t.test('a look that was slow once puts off the next ones by seconds, not by minutes', async t => {
  const { time, database, addGate, report, watch } = await world(t)
  await addGate('n-1')
  database.answersInMs = 4000
  const { news } = watch()
  await time.advanceAsync(4000)
  t.match(news(), [{ event: 'snapshot' }])
  database.answersInMs = 0
  await report('n-1', { ...WELL, software: '0.2.0' }, false)
  await time.advanceAsync(limits.FLEET_LOOK_PAUSE_MS_MAX - BEAT)
  t.same(news(), [], 'it is spared for a while')
  await time.advanceAsync(2 * BEAT)
  t.match(news(), [{ rows: [{ gate: 'n-1', software: '0.2.0' }] }])
})

t.test('a gate that is enrolled comes whole, one that is retired is gone', async t => {
  const { time, db, addGate, watch } = await world(t)
  await addGate('n-1')
  const { news } = watch()
  await time.advanceAsync(0)
  news()
  await addGate('n-2')
  await db.updateTable('gates').set({ retired_at: 1 }).where('id', '=', 'n-1').execute()
  await time.advanceAsync(BEAT)
  const [change] = news()
  t.match(change, { event: 'changes', gone: ['n-1'] })
  t.match(change?.rows, [{ gate: 'n-2', station: 'north', alarms: [], reportedAt: null }])
  t.match(watch().news(), [{ event: 'snapshot', rows: [{ gate: 'n-2' }] }])
})

t.test('time alone makes a gate offline', async t => {
  const { time, addGate, report, watch } = await world(t)
  await addGate('n-1')
  await report('n-1')
  const { news } = watch()
  await time.advanceAsync(limits.GATE_STALE_MS - BEAT)
  t.match(news(), [{ event: 'snapshot' }])
  await time.advanceAsync(2 * BEAT)
  t.match(news(), [{ rows: [{ gate: 'n-1', offline: true, alarms: [{ code: 'OFFLINE' }] }] }])
})

t.test('one text for all who watch', async t => {
  const { time, addGate, report, watch } = await world(t)
  await addGate('n-1')
  const all = [watch(), watch(), watch()]
  await time.advanceAsync(0)
  await report('n-1')
  await time.advanceAsync(BEAT)
  const [first] = all
  for (const one of all) {
    t.equal(one.chunks.length, 2)
    t.ok(
      one.chunks.every((chunk, n) => chunk === first?.chunks[n]),
      'the very same bytes',
    )
  }
})

t.test('who is slow gets the newest state as a whole, or is let go', async t => {
  const { time, addGate, report, watch } = await world(t)
  await addGate('n-1')
  const slow = watch()
  const other = watch()
  await time.advanceAsync(0)
  slow.news()
  slow.viewer.room = false
  await report('n-1')
  await time.advanceAsync(BEAT)
  await report('n-1', { ...WELL, software: '0.2.0' })
  await time.advanceAsync(BEAT)
  t.equal(other.news().length, 3)
  slow.viewer.room = true
  await time.advanceAsync(BEAT)
  t.match(slow.news(), [{ event: 'snapshot', id: '3', rows: [{ software: '0.2.0' }] }])
  slow.viewer.room = false
  await report('n-1')
  await time.advanceAsync(limits.FLEET_BEHIND_MS - BEAT)
  t.equal(slow.viewer.ended, 0)
  await time.advanceAsync(4 * BEAT)
  t.equal(slow.viewer.ended, 1)
  t.equal(other.viewer.ended, 0)
})

t.test('a session that is over, or may not any more, ends its windows and no other', async t => {
  const { time, ended, watch } = await world(t)
  const gone = [watch('m', 'a'), watch('m', 'a')]
  const other = watch('m', 'b')
  await time.advanceAsync(0)
  for (const one of [...gone, other]) one.news()
  ended.set('a', 'SIGN_IN')
  await time.advanceAsync(limits.FLEET_SESSIONS_MS + BEAT)
  for (const one of gone) {
    t.match(one.news(), [{ event: 'end', code: 'SIGN_IN' }])
    t.equal(one.viewer.ended, 1)
  }
  t.same([other.news(), other.viewer.ended], [[], 0])
})

t.test('a line without news is heard from', async t => {
  const { time, watch } = await world(t)
  const { chunks } = watch()
  await time.advanceAsync(0)
  chunks.splice(0)
  await time.advanceAsync(2 * limits.FLEET_HEARTBEAT_MS + 2 * BEAT)
  t.same(
    chunks.map(chunk => Buffer.from(chunk).toString()),
    [':\n\n', ':\n\n'],
  )
})

t.test('so many windows of one member, so many in all, and no more', async t => {
  const { watch } = await world(t)
  const of = (member: string) =>
    Array.from({ length: limits.FLEET_VIEWERS_OF_MEMBER_MAX }, () => watch(member))
  const own = of('m')
  t.throws(() => watch('m'), { code: 'RATE_LIMITED' })
  own[0]?.leave()
  own[0]?.leave()
  watch('m')
  t.throws(() => watch('m'), { code: 'RATE_LIMITED' }, 'leaving twice frees one place')
  const members = limits.FLEET_VIEWERS_MAX / limits.FLEET_VIEWERS_OF_MEMBER_MAX
  for (let n = 1; n < members; n++) of(`m${n}`)
  t.throws(() => watch('x'), { code: 'BUSY' })
})

t.test('nothing runs while nobody watches, and the next one sees what came meanwhile', async t => {
  const { time, feed, addGate, report, watch } = await world(t)
  await addGate('n-1')
  const { leave } = watch()
  await time.advanceAsync(BEAT)
  t.ok(time.pending() > 0)
  leave()
  await settle(4)
  t.equal(time.pending(), 0)
  await report('n-1', { ...WELL, software: '0.2.0' })
  const { news, viewer } = watch()
  await time.advanceAsync(0)
  t.match(news(), [{ event: 'snapshot', rows: [{ software: '0.2.0' }] }])
  feed.endStreams()
  t.equal(viewer.ended, 1)
  await settle(4)
  t.equal(time.pending(), 0)
})
