import t from 'tap'
import { AWAKE_MS_MAX, PAUSE_MS_MAX } from '../store/engine/limits.ts'
import { createServiceTime } from '../testing/virtual-time.ts'
import { createHeartbeat } from './heartbeat.ts'

/** A process whose clocks can be moved without its timers: as after a stop. */
function setUp() {
  const { time, timers, clock } = createServiceTime(0)
  let stoodMs = 0
  let wallMs = 0
  const heart: ReturnType<typeof createHeartbeat> = createHeartbeat(() => world.refresh(), {
    timers: { ...timers, monotonic: () => timers.monotonic() + stoodMs },
    clock: { now: () => clock.now() + stoodMs + wallMs },
  })
  const world = {
    time,
    heart,
    refreshed: 0,
    async refresh() {
      world.refreshed += 1
      heart.known(heart.breaks())
    },
    stand: (ms: number) => {
      stoodMs += ms
    },
    sleepMachine: (ms: number) => {
      wallMs += ms
    },
  }
  heart.start()
  return world
}

t.test('a process that runs is awake, however long nobody asks', async t => {
  const { time, heart, ...world } = setUp()
  for (let i = 0; i < 10; i++) {
    await time.advanceAsync(10_000)
    await heart.awake()
  }
  t.equal(heart.breaks(), 0)
  t.equal(world.refreshed, 0)
  heart.stop()
  t.equal(time.pending(), 0)
})

t.test('after a break what is known is read anew, once, before anything is answered', async t => {
  const world = setUp()
  world.stand(PAUSE_MS_MAX + 1)
  await Promise.all([world.heart.awake(), world.heart.awake()])
  t.equal(world.refreshed, 1)
  await world.heart.awake()
  t.equal(world.refreshed, 1)
  world.stand(PAUSE_MS_MAX)
  await world.heart.awake()
  t.equal(world.refreshed, 1, 'not for a shorter one')
  world.sleepMachine(PAUSE_MS_MAX + 1)
  await world.heart.awake()
  t.equal(world.refreshed, 2, 'also where the other clock stood still')
})

t.test('it is not ready when the reading takes too long, and is when it was done', async t => {
  const world = setUp()
  const read = Promise.withResolvers<void>()
  const { refresh } = world
  world.refresh = async () => {
    await read.promise
    await refresh()
  }
  world.stand(PAUSE_MS_MAX + 1)
  const asked = t.rejects(async () => world.heart.awake(), { code: 'NOT_READY' })
  await world.time.advanceAsync(AWAKE_MS_MAX)
  await asked
  read.resolve()
  await world.heart.awake()
  t.equal(world.refreshed, 1)
})
