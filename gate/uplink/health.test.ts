import t from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import type { ReadFault } from '../../hardware/ports.ts'
import type { AlarmCode } from '../contract/codes.ts'
import { type Health, healthSchema } from '../contract/health.ts'
import { DISK_ANSWER_MS, HEALTH_EVERY_MS, HEALTH_FLOOR_MS } from '../limits.ts'
import { type Effect, type LaneState, startingLane } from '../machine/state.ts'
import type { ServiceAnswer } from '../net/service-client.ts'
import { createHealthChangeTest, createHealthReader } from '../ops/health-report.ts'
import { createRecent } from '../ops/recent.ts'
import { createHealthSender } from './health.ts'

/** A sender whose posts are answered by hand, or at once. */
function world(answering = true) {
  const time = createVirtualTime()
  const sentMs: number[] = []
  const open: PromiseWithResolvers<ServiceAnswer>[] = []
  const startMs = time.clock.monotonicMs()
  const sender = createHealthSender({
    gate: 'g1',
    client: {
      post(path, body) {
        t.equal(path, '/v1/gates/g1/health')
        t.match(body, { software: 'x' })
        sentMs.push(time.clock.monotonicMs() - startMs)
        const one = Promise.withResolvers<ServiceAnswer>()
        if (answering) one.resolve({ status: 0, body: undefined })
        else open.push(one)
        return one.promise
      },
    },
    timers: time.timers,
    monotonicMs: time.clock.monotonicMs,
    read: async () => ({ software: 'x' }) as Health,
  })
  return { time, sender, sentMs, open }
}

t.test('at once, then each minute, answered or not', async t => {
  const { time, sender, sentMs } = world()
  await time.advanceAsync(2 * HEALTH_EVERY_MS)
  t.same(sentMs, [0, HEALTH_EVERY_MS, 2 * HEALTH_EVERY_MS])
  sender.close()
  sender.changed()
  await time.advanceAsync(2 * HEALTH_EVERY_MS)
  t.equal(sentMs.length, 3, 'nothing after its end')
})

t.test('a change is told soon, many changes once, and the minute counts from there', async t => {
  const { time, sender, sentMs } = world()
  await time.advanceAsync(1000)
  for (let i = 0; i < 50; i++) sender.changed()
  await time.advanceAsync(HEALTH_FLOOR_MS - 1001)
  t.same(sentMs, [0], 'not before the floor')
  await time.advanceAsync(1)
  t.same(sentMs, [0, HEALTH_FLOOR_MS])
  await time.advanceAsync(HEALTH_EVERY_MS)
  t.same(sentMs.at(-1), HEALTH_FLOOR_MS + HEALTH_EVERY_MS)
  await time.advanceAsync(HEALTH_FLOOR_MS)
  sender.changed()
  await time.advanceAsync(0)
  t.equal(sentMs.length, 4, 'at once when the last is long ago')
  sender.close()
})

t.test('one at a time; what changes while it is under way follows', async t => {
  const { time, sender, sentMs, open } = world(false)
  await time.advanceAsync(0)
  sender.changed()
  await time.advanceAsync(3 * HEALTH_EVERY_MS)
  t.equal(sentMs.length, 1, 'it waits for its answer')
  open[0]?.resolve({ status: 204, body: undefined })
  await settle(3)
  await time.advanceAsync(0)
  t.equal(sentMs.length, 2)
  sender.close()
})

t.test('people who come and go are no news; what takes a lane out of service is', t => {
  const test = createHealthChangeTest()
  const isNews = (view: LaneState, ...effects: Effect[]) => test(view, effects)
  const lane = startingLane()
  const named = (name: string) => ({ ...lane, state: { name } }) as typeof lane
  t.ok(isNews(lane))
  t.ok(isNews(named('Locked')))
  for (const name of ['Refusing', 'Admitting', 'Passing', 'Locked']) t.notOk(isNews(named(name)))
  t.ok(isNews({ ...named('OutOfService'), out: ['BOARD_LOST'] }))
  t.ok(isNews({ ...named('OutOfService'), out: ['BOARD_LOST', 'SCANNER_LOST'] }))
  t.notOk(isNews({ ...named('OutOfService'), out: ['BOARD_LOST', 'SCANNER_LOST'] }))
  t.ok(isNews({ ...named('Emergency'), fire: true }))
  const calm = { ...named('Emergency'), fire: true }
  const alarm = (code: AlarmCode): Effect => ({
    ...({ type: 'record', kind: 'alarm' } as const),
    body: { code, on: true, detail: 'A.hid: unplugged' },
  })
  t.notOk(isNews(calm, alarm('BEAM_STUCK')))
  t.ok(isNews(calm, alarm('READER_LOST')), 'the lane goes on, and its report names the reader')
  t.end()
})

t.test('what is read fits the schema, also when the journal can’t be asked', async t => {
  const time = createVirtualTime()
  const unread: Partial<Record<ReadFault, number>> = {}
  const lostReaders: string[] = []
  const parts: Parameters<typeof createHealthReader>[0] = {
    journal: { room: () => Promise.reject(new Error('closed')), unsent: async () => 5 },
    rows: { waiting: () => 3 },
    trust: {
      now: () => ({ nowMs: 5, state: 'UNCERTAIN', aheadByMaxMs: 0 }),
      freshness: () => ({ stage: 'CLOSED', manifestAgeMs: 0 }),
      status: () => ({
        ...{ trustVersion: 1, trustExp: 2, manifestVersion: undefined, lists: 0 },
        ...{ lastPoll: undefined, lastTime: undefined, lastOffsetMs: undefined },
      }),
    },
    lanes: [
      {
        name: 'A',
        view: () => ({ ...startingLane(), out: ['STOP'], fire: true }),
        unread: () => unread,
        lostReaders: () => lostReaders,
      },
    ],
    timers: time.timers,
    revision: () => 4,
    configSha256: () => undefined,
    ...{ recent: () => createRecent().read(0), bus: () => ({ state: () => 'down' }) },
  }
  const read = createHealthReader(parts)
  const health = await read()
  t.same(healthSchema.parse(health), health)
  t.match(health, {
    ...{ clock: 'UNCERTAIN', configRevision: 4, software: /^\d+\.\d+/ },
    trust: { stage: 'CLOSED', manifestVersion: null },
    journal: { waiting: 3, disk: null },
    lanes: [
      { name: 'A', state: 'Starting', alarms: ['STOP', 'FIRE'], modes: { entry: 'controlled' } },
    ],
    ...{ clockOffsetMs: null, recent: { verdicts: {}, scanToRelay: null } },
    alarms: [
      ...[{ code: 'TRUST_STALE' }, { code: 'CLOCK_UNCERTAIN' }, { lane: '', code: 'BUS_DOWN' }],
      ...[
        { lane: 'A', code: 'STOP', since: 5 },
        { lane: 'A', code: 'FIRE' },
      ],
    ],
  })
  t.equal(health.trust.manifestAgeMs, null, 'there is no manifest')
  t.notOk('configSha256' in health)

  t.notOk(health.lanes[0] && 'unread' in health.lanes[0])
  unread.CUT = 2
  const later = await read()
  t.same(healthSchema.parse(later), later)
  t.match(later.lanes, [{ unread: { CUT: 2 } }], 'codes that came in part')
  t.notOk(later.lanes[0] && 'lostReaders' in later.lanes[0])
  lostReaders.push('A.hid')
  const lost = await read()
  t.same(healthSchema.parse(lost), lost)
  t.match(lost.lanes, [{ lostReaders: ['A.hid'] }])

  const journal = { room: async () => ({ freeBytes: 7, held: true }), unsent: async () => 5 }
  const sha256 = 'a'.repeat(64)
  const well = await createHealthReader({ ...parts, journal, configSha256: () => sha256 })()
  t.match(well, { journal: { unsent: 5, disk: { freeBytes: 7 } }, configSha256: sha256 })
  t.same(healthSchema.parse(well), well)

  const hung = createHealthReader({
    ...parts,
    journal: { ...journal, room: () => new Promise(() => {}) },
  })()
  await time.advanceAsync(DISK_ANSWER_MS)
  t.match(
    await hung,
    { journal: { disk: null, unsent: null } },
    'a disk that does not answer holds no news up',
  )
  t.equal(time.pending(), 0)
})
