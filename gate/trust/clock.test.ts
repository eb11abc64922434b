import t from 'tap'
import {
  aheadByMaxMs,
  bootClock,
  clockNow,
  type GateClock,
  raiseFloor,
  setBySignedTime,
  setByTechnician,
} from './clock.ts'

const T0 = 1_800_000_000_000
const HOUR = 3_600_000
const DAY = 24 * HOUR

function clockAt(hostMs: number, floorMs = T0): GateClock {
  return bootClock({ hostMs, monotonicMs: 1000, floorMs, unprovenMs: HOUR })
}

function answer(timeMs: number, roundTripMs = 100, receivedMonotonicMs = 2000) {
  return { timeMs, sentMonotonicMs: receivedMonotonicMs - roundTripMs, receivedMonotonicMs }
}

t.test('after a boot the host clock is the anchor, and monotonic time alone moves it', async t => {
  const clock = clockAt(T0 + 5)
  t.equal(clock.state, 'TRUSTED')
  t.equal(clockNow(clock, 1000), T0 + 5)
  t.equal(clockNow(clock, 61_000), T0 + 60_005)
})

t.test('a host clock below the floor is set to the floor and UNCERTAIN', async t => {
  const clock = clockAt(T0 - 1)
  t.equal(clock.state, 'UNCERTAIN')
  t.equal(clockNow(clock, 1000), T0)
  t.equal(clockNow(clock, 4000), T0 + 3000, 'it runs on from there')
  t.equal(clockAt(T0).state, 'TRUSTED', 'at the floor it may be right')
})

t.test('a clock that nothing proves is believed up to a bound past floor and journal', async t => {
  const boot = { monotonicMs: 0, floorMs: T0, unprovenMs: HOUR }
  const at = (hostMs: number, aliveMs?: number) => {
    const { state, doubt } = bootClock({ ...boot, hostMs, aliveMs })
    return [state, doubt]
  }
  t.same(at(T0 + HOUR), ['TRUSTED', 'unproven'])
  t.same(at(T0 + HOUR + 1), ['UNCERTAIN', 'far'])
  t.same(at(T0 + 5 * HOUR, T0 + 4 * HOUR), ['TRUSTED', 'unproven'], 'the journal proves more')
  t.same(at(T0 + 5 * HOUR, T0 - HOUR), ['UNCERTAIN', 'far'], 'or less')
  t.same(at(T0 - 1), ['UNCERTAIN', 'behind'])
})

t.test('a document signed just now, signed time and a technician prove it', async t => {
  for (const clock of [clockAt(T0 + 5000), clockAt(T0 + 2 * HOUR)]) {
    const nowMs = clockNow(clock, 1000)
    const near = raiseFloor(clock, Math.floor(nowMs / 1000) - 119, 1000)
    t.match(near, { state: 'TRUSTED', doubt: undefined })
    const old = raiseFloor(clock, Math.floor(nowMs / 1000) - 121, 1000)
    t.match(old, { state: clock.state, doubt: clock.doubt }, 'an old one proves nothing')
    const byHand = setByTechnician(clock, nowMs, 1000)
    t.match(byHand, { code: 'SET', clock: { state: 'TRUSTED', doubt: undefined } })
    const signed = setBySignedTime(clock, answer(nowMs, 0, 1000))
    t.match(signed, { code: 'SET', clock: { state: 'TRUSTED', doubt: undefined } })
  }
  const behind = clockAt(T0 - 1)
  t.match(raiseFloor(behind, T0 / 1000, 1000), { state: 'UNCERTAIN', doubt: 'behind' })
})

t.test('the floor follows accepted documents, never back, never past the clock', async t => {
  const clock = clockAt(T0 + 60_000)
  t.equal(raiseFloor(clock, T0 / 1000 + 30, 1000).floorMs, T0 + 30_000)
  t.equal(raiseFloor(clock, T0 / 1000 - 30, 1000).floorMs, T0)
  t.equal(raiseFloor(clock, T0 / 1000 + 179, 1000).floorMs, T0 + 60_000, 'signed 119 s ahead')
})

t.test('a stolen key that signs ahead cannot ratchet the clock over restarts', async t => {
  let floorMs = T0
  let uncertain = 0
  for (let boot = 0; boot < 1000; boot++) {
    const clock = bootClock({ hostMs: T0 + boot, monotonicMs: 0, floorMs, unprovenMs: HOUR })
    if (clock.state !== 'TRUSTED') uncertain++
    floorMs = raiseFloor(clock, Math.floor(clockNow(clock, 0) / 1000) + 120, 0).floorMs
  }
  t.equal(uncertain, 0)
  t.ok(floorMs <= T0 + 1000, `moved ${floorMs - T0} ms`)
})

t.test('signed time up to 15 min away sets the clock alone; one more needs a manifest', async t => {
  const clock = clockAt(T0)
  const near = setBySignedTime(clock, answer(T0 + 1000 + 900_000, 0))
  t.equal(near.code, 'SET')
  t.equal(near.offsetMs, 900_000)
  t.equal(setBySignedTime(clock, answer(T0 + 1000 + 900_001, 0)).code, 'UNSUPPORTED')
  const iat = T0 / 1000 + 1 + 901
  t.equal(setBySignedTime(clock, answer(iat * 1000, 0), iat).code, 'SET')
  t.equal(setBySignedTime(clock, answer(iat * 1000, 0), iat - 120).code, 'SET')
  t.equal(setBySignedTime(clock, answer(iat * 1000, 0), iat - 121).code, 'UNSUPPORTED')
  t.equal(setBySignedTime(clock, answer(iat * 1000, 0), iat + 121).code, 'UNSUPPORTED')
})

t.test('small unsupported steps add up against the same bound', async t => {
  let clock = clockAt(T0)
  const step = (ms: number, iat?: number) => {
    const set = setBySignedTime(clock, answer(clockNow(clock, 2000) + ms, 0), iat)
    if (set.code === 'SET') clock = set.clock
    return set.code
  }
  t.equal(step(600_000), 'SET')
  t.equal(step(600_000), 'UNSUPPORTED')
  t.equal(step(300_000), 'SET')
  t.equal(step(1), 'UNSUPPORTED')
  t.equal(step(1000, Math.round((clockNow(clock, 2000) + 1000) / 1000)), 'SET', 'a manifest agrees')
  t.equal(step(600_000), 'SET')
})

t.test('a round trip over 2 s is discarded; half of it counts otherwise', async t => {
  const clock = clockAt(T0)
  t.equal(setBySignedTime(clock, answer(T0, 2001)).code, 'SLOW')
  t.equal(setBySignedTime(clock, answer(T0, -1)).code, 'SLOW')
  const set = setBySignedTime(clock, answer(T0 + 5000, 2000))
  t.equal(set.code, 'SET')
  if (set.code === 'SET') t.equal(clockNow(set.clock, 2000), T0 + 6000)
})

t.test('signed time settles an UNCERTAIN clock and never raises the floor', async t => {
  const clock = clockAt(T0 - DAY)
  const set = setBySignedTime(clock, answer(T0 + 60_000))
  t.equal(set.code, 'SET')
  if (set.code !== 'SET') return
  t.equal(set.clock.state, 'TRUSTED')
  t.equal(set.clock.floorMs, T0)
})

t.test('signed time below the floor is refused, a little below is lifted to it', async t => {
  const clock = clockAt(T0 + 1000)
  t.equal(setBySignedTime(clock, answer(T0 - 120_001, 0)).code, 'BELOW_FLOOR')
  const set = setBySignedTime(clock, answer(T0 - 1000, 0))
  t.equal(set.code, 'SET')
  if (set.code === 'SET') t.equal(clockNow(set.clock, 2000), T0)
})

t.test('a clock a day ahead comes back by signed time and a manifest', async t => {
  const clock = clockAt(T0 + DAY)
  t.equal(setBySignedTime(clock, answer(T0 + 7)).code, 'UNSUPPORTED')
  const set = setBySignedTime(clock, answer(T0 + 7), T0 / 1000 - 10)
  t.equal(set.code, 'SET')
  if (set.code === 'SET') t.ok(Math.abs(clockNow(set.clock, 2000) - T0 - 57) < 2)
})

t.test('a technician sets any time from the floor on', async t => {
  const clock = clockAt(T0 - DAY)
  t.equal(setByTechnician(clock, T0 - 1, 1000).code, 'BELOW_FLOOR')
  const set = setByTechnician(clock, T0 + DAY, 1000)
  t.equal(set.code, 'SET')
  if (set.code !== 'SET') return
  t.equal(set.offsetMs, DAY)
  t.equal(set.clock.state, 'TRUSTED')
  t.equal(aheadByMaxMs(set.clock, 1000), 30_000, 'by hand is not to the second')
})

t.test('the allowance grows with the age of signed time, to 30 s', async t => {
  t.equal(aheadByMaxMs(clockAt(T0), 1000), 30_000, 'never signed')
  const set = setBySignedTime(clockAt(T0), answer(T0, 400))
  if (set.code !== 'SET') return t.fail(set.code)
  t.equal(aheadByMaxMs(set.clock, 2000), 5200)
  t.equal(aheadByMaxMs(set.clock, 2000 + HOUR), 5560)
  t.equal(aheadByMaxMs(set.clock, 2000 + 10 * DAY), 30_000)
  const { sync } = set.clock
  const boot = { hostMs: T0 + HOUR, monotonicMs: 0, floorMs: T0, unprovenMs: HOUR }
  const again = bootClock({ ...boot, sync })
  t.equal(aheadByMaxMs(again, 0), 5560, 'a restart keeps it')
})
