import t from 'tap'
import { abortAfter, sleep, systemRandom, systemTimers, within } from './clock.ts'
import { createSeededRandom, createServiceTime } from './testing/virtual-time.ts'

t.test('within gives what comes in time, and what stands for it afterwards', async t => {
  const { time, timers } = createServiceTime(0)
  const late = within(timers, 100, sleep(timers, 101), 'late')
  const inTime = within(
    timers,
    100,
    sleep(timers, 99).then(() => 'in time'),
    'late',
  )
  await time.advanceAsync(100)
  t.equal(await late, 'late')
  t.equal(await inTime, 'in time')
  await t.rejects(within(timers, 100, Promise.reject(new Error('broken')), 'late'), /broken/)
  await time.advanceAsync(1)
  t.equal(time.pending(), 0, 'no deadline is left behind')
})

t.test('abortAfter aborts as a timeout does, unless it was cancelled', async t => {
  const { time, timers } = createServiceTime(0)
  const one = abortAfter(timers, 50)
  const other = abortAfter(timers, 50)
  other.cancel()
  time.advance(49)
  t.notOk(one.signal.aborted)
  time.advance(1)
  t.equal((one.signal.reason as Error).name, 'TimeoutError')
  t.notOk(other.signal.aborted)
})

t.test('the system’s timers run once, or never when cancelled', async t => {
  const before = systemTimers.monotonic()
  systemTimers.after(5, () => t.fail('it was cancelled'))()
  await new Promise<void>(done => systemTimers.after(20, done))
  t.ok(systemTimers.monotonic() - before >= 19)
})

t.test('no bytes are given twice, whatever sizes are asked for', async t => {
  const given = new Set<string>()
  let count = 0
  for (const size of [16, 12, 24, 255, 256, 257, 5000, 16, 1000]) {
    for (let i = 0; i < 50; i++) {
      const bytes = systemRandom.bytes(size)
      t.equal(bytes.length, size)
      // Each window of eight bytes: one that repeats would be a draw that overlaps another.
      for (let at = 0; at + 8 <= size; at += 8) {
        given.add(bytes.toString('hex', at, at + 8))
        count += 1
      }
    }
  }
  t.equal(given.size, count)
  t.notOk(given.has('0'.repeat(16)), 'what was wiped is not given')
  t.equal(systemRandom.bytes(0).length, 0)
})

t.test('both kinds of chance keep their ranges and forms', t => {
  const seeded = createSeededRandom('a')
  for (const random of [systemRandom, seeded]) {
    t.equal(random.bytes(5).length, 5)
    t.match(random.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(3)))
    t.same([...drawn].sort(), [0, 1, 2])
  }
  t.same(createSeededRandom('a').bytes(40), createSeededRandom('a').bytes(40))
  t.notSame(createSeededRandom('a').bytes(40), createSeededRandom('b').bytes(40))
  t.end()
})
