/** Who is looked at next, and who is turned away: with checks that the test ends one by one. */

import t, { type Test } from 'tap'
import { systemTimers } from '../clock.ts'
import { createFairFaces } from './fair-faces.ts'
import { QUEUE_MAX, SHARE_HALF_MS } from './limits.ts'
import type { Capture, FaceOutcome } from './port.ts'

const CAPTURE: Capture = { prompts: [], frames: [] }
const GOOD: FaceOutcome = { challengePassed: true, matched: true }
const turn = () => new Promise(resolve => setImmediate(resolve))

function setUp(t: Test, more: { atOnce?: number; waitMsMax?: number } = {}) {
  const clock = { time: 0 }
  const timers = { ...systemTimers, monotonic: () => clock.time }
  const started: string[] = []
  const ends = new Map<string, PromiseWithResolvers<FaceOutcome>>()
  const faces = {
    warm() {},
    async close() {},
    check(_: Uint8Array, __: Capture, { subject }: { subject: string }) {
      started.push(subject)
      const end = Promise.withResolvers<FaceOutcome>()
      ends.set(subject, end)
      return end.promise
    },
  }
  const fair = createFairFaces({ faces, atOnce: 1, timers, ...more })
  const told = new Map<string, string>()
  t.teardown(() => fair.close())
  return {
    ...{ clock, started, told, fair },
    /** Somebody asks; what becomes of it is noted. */
    ask(subject: string, address: string): Promise<unknown> {
      const asked = fair.check(new Uint8Array(), CAPTURE, { subject, address })
      return asked.then(
        () => told.set(subject, 'looked at'),
        error => told.set(subject, error.code ?? error.message),
      )
    },
    /** The check that is under way ends after `ms`. */
    async end(subject: string, ms: number, error?: Error) {
      clock.time += ms
      if (error === undefined) ends.get(subject)?.resolve(GOOD)
      else ends.get(subject)?.reject(error)
      await turn()
    },
  }
}

t.test('nine who loop with dear pictures hold up nobody else', async t => {
  const { ask, end, started, told } = setUp(t)
  for (let n = 0; n < 9; n++) ask(`stranger ${n}`, 'away')
  await turn()
  await end('stranger 0', 3000)
  for (const name of ['ann', 'ben', 'cai']) ask(name, name)
  await end('stranger 1', 3000)
  t.same(started.slice(2), ['ann'], 'as soon as the one under way has ended')
  await end('ann', 1000)
  await end('ben', 1000)
  await end('cai', 1000)
  t.same(started.slice(2), ['ann', 'ben', 'cai', 'stranger 2'], 'then the strangers again')
  ask('ann again', 'ann')
  await end('stranger 2', 3000)
  t.equal(started.at(-1), 'ann again', 'who had less comes first, also the second time')
  t.equal(told.get('ben'), 'looked at')
})

t.test('of one address who came first; and what was long ago counts no more', async t => {
  const { ask, end, started, clock } = setUp(t)
  ask('busy', 'a')
  await turn()
  ask('a1', 'a')
  ask('a2', 'a')
  ask('b1', 'b')
  await end('busy', 1000)
  await end('b1', 100)
  await end('a1', 100)
  t.same(started, ['busy', 'b1', 'a1', 'a2'])
  clock.time += 20 * SHARE_HALF_MS
  ask('b2', 'b')
  ask('a3', 'a')
  await end('a2', 0)
  await end('b2', 1)
  t.same(started.slice(-2), ['b2', 'a3'])
})

t.test('one place an application; given free whatever comes of it', async t => {
  const { ask, end, started, told } = setUp(t)
  ask('one', 'a')
  ask('two', 'a')
  await turn()
  for (const again of ['one', 'two']) {
    ask(again, 'a')
    await turn()
    t.equal(told.get(again), 'BUSY')
  }
  await end('one', 1, new Error('broken'))
  t.equal(told.get('one'), 'broken')
  t.same(started, ['one', 'two'], 'the next has begun all the same')
  ask('one', 'a')
  await end('two', 1)
  t.same(started, ['one', 'two', 'one'])
})

t.test('a full queue turns away who has had most, at the limit and one over', async t => {
  const { ask, end, told, fair } = setUp(t)
  ask('first', 'away')
  await turn()
  await end('first', 5000)
  ask('under way', 'other')
  for (let n = 0; n < QUEUE_MAX; n++) ask(`stranger ${n}`, 'away')
  await turn()
  t.notOk([...told.values()].includes('BUSY'), 'as many as may wait')
  const hasRoom = (subject: string, address: string) => fair.hasRoom({ subject, address })
  t.notOk(hasRoom('stranger again', 'away'), 'known before it is asked for')
  t.ok(hasRoom('honest', 'home'))
  t.notOk(hasRoom('under way', 'other'), 'it has its place')
  ask('honest', 'home')
  await turn()
  t.equal(told.get(`stranger ${QUEUE_MAX - 1}`), 'BUSY', 'the last of them')
  t.equal(told.get('honest'), undefined, 'waits')
  ask('stranger again', 'away')
  await turn()
  t.equal(told.get('stranger again'), 'BUSY')
})

t.test('several at once: half of them of one address', async t => {
  const { ask, started } = setUp(t, { atOnce: 4 })
  for (let n = 0; n < 5; n++) ask(`stranger ${n}`, 'away')
  ask('honest', 'home')
  await turn()
  t.same(started, ['stranger 0', 'stranger 1', 'honest'])
})

t.test('who has waited too long, and who waits at the end', async t => {
  const { ask, told, fair } = setUp(t, { waitMsMax: 50 })
  ask('under way', 'a')
  await ask('waits', 'b')
  t.equal(told.get('waits'), 'BUSY')
  t.equal(told.get('under way'), undefined)
  ask('waits at the end', 'b')
  await turn()
  await fair.close()
  await turn()
  t.equal(told.get('waits at the end'), 'UNAVAILABLE')
  ask('after it', 'c')
  await turn()
  t.equal(told.get('after it'), 'UNAVAILABLE')
})
