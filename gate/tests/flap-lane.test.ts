/** A flap lane with people in it: the real machine, driver and board protocol in virtual time. */
import t, { type Test } from 'tap'
import { createVirtualLane } from '../../fixtures/virtual-lane.ts'
import { createGateBoard } from '../../hardware/drivers/board.ts'
import { createFirmataBoard } from '../../hardware/sim/firmata-board.ts'
import { createMemoryWire } from '../../hardware/sim/memory-wire.ts'
import { type PassengerKind, walk } from '../../hardware/sim/passenger.ts'
import { connectTurnstile, type Turnstile } from '../../hardware/sim/turnstile.ts'

async function flapLane(t: Test, timing: Record<string, unknown> = {}) {
  let turnstile: Turnstile | undefined
  const pins = { profile: 'flap' } as const
  const config = { board: { port: 'board', profile: 'flap' }, timing }
  const gate = await createVirtualLane(config, time => {
    const wire = createMemoryWire({ name: 'board', ...time })
    const sim = createFirmataBoard({ wire, float: () => 0, ...time })
    turnstile = connectTurnstile({ board: sim, pins, ...time })
    const deadman = { ms: 300 }
    const port = wire.transport
    return createGateBoard({ name: 'A.board', port, pins, deadman, random: () => 0.5, ...time })
  })
  const barrier = turnstile as Turnstile
  const { time } = gate
  let force = 0
  barrier.onChange(() => {
    force = Math.max(force, barrier.forceN)
  })
  await time.advanceAsync(500)
  t.equal(gate.lane.view().state.name, 'Locked')
  return {
    ...gate,
    barrier,
    force: () => force,
    alarms: () => gate.rows().filter(row => row.startsWith('alarm')),
    /** Shows a good code, and someone of this kind walks. */
    async pass(kind: PassengerKind, cti = 1): Promise<readonly boolean[]> {
      await gate.scan(await gate.code({ cti }))
      await time.advanceAsync(500)
      const walking = walk(barrier, kind)
      await time.advanceAsync(40_000)
      return (await walking).through
    },
  }
}

for (const kind of ['normal', 'running', 'child', 'lingering', 'wheelchair'] as const) {
  t.test(`${kind}: through on one grant, counted once, nothing closes on them`, async t => {
    const gate = await flapLane(t)
    t.strictSame(await gate.pass(kind), [true])
    t.same(gate.rows(), ['grant ADMIT', 'passage'])
    t.equal(gate.force(), 0)
    t.equal(gate.barrier.position, 0, 'closed behind them')
    t.equal(gate.lane.view().state.name, 'Locked')
  })
}

t.test('two on one grant: TAILGATE, and nobody is hurt', async t => {
  const gate = await flapLane(t)
  const through = await gate.pass('tailgater')
  t.equal(through[1], true, 'a flap does not close on the second')
  t.same(
    gate.alarms().filter(row => !row.endsWith('OBSTACLE')),
    ['alarm TAILGATE'],
  )
  t.equal(gate.rows().filter(row => row === 'passage').length, 1)
  t.equal(gate.force(), 0)
})

t.test('luggage drawn behind is one passage on the wide lane', async t => {
  const gate = await flapLane(t, { profile: 'wide' })
  t.strictSame(await gate.pass('luggage'), [true])
  t.same(gate.rows(), ['grant ADMIT', 'passage'])
  t.equal(gate.force(), 0)
})

t.test('nobody walks: closed and annulled', async t => {
  const gate = await flapLane(t)
  await gate.pass('hesitating')
  t.same(gate.rows(), ['grant ADMIT', 'annulled NO_TURN'])
  t.equal(gate.barrier.position, 0)
})

t.test('pushed open without a grant, and from the wrong side', async t => {
  const forced = await flapLane(t)
  const pushing = walk(forced.barrier, 'forcing')
  await forced.time.advanceAsync(20_000)
  t.strictSame((await pushing).through, [true])
  t.same(forced.alarms(), ['alarm FORCED'])

  const wrong = await flapLane(t)
  const coming = walk(wrong.barrier, 'wrongWay')
  await wrong.time.advanceAsync(20_000)
  t.strictSame((await coming).through, [false])
  t.same(wrong.alarms(), ['alarm WRONG_WAY'])
})

t.test('someone steps in while it closes: opens again, and closes when they are gone', async t => {
  const gate = await flapLane(t)
  await gate.scan(await gate.code())
  await gate.time.advanceAsync(500)
  const first = walk(gate.barrier, 'normal')
  for (let ms = 0; gate.barrier.relay('entry') && ms < 9000; ms += 5)
    await gate.time.advanceAsync(5)
  const second = walk(gate.barrier, 'lingering')
  gate.barrier.setContact('beamC', true)
  await gate.time.advanceAsync(50)
  t.equal(gate.lane.view().state.name, 'Blocked')
  t.ok(gate.barrier.relay('entry'))
  gate.barrier.setContact('beamC', false)
  await gate.time.advanceAsync(30_000)
  await Promise.all([first, second])
  t.equal(gate.force(), 0)
  t.equal(gate.barrier.position, 0)
  t.equal(gate.lane.view().state.name, 'Locked')
  t.same(
    gate.alarms().filter(row => row.endsWith('OBSTACLE')),
    ['alarm OBSTACLE', 'alarm OBSTACLE'],
    'told, and told to be over',
  )
})

t.test('a stop with someone between the panels waits for them', async t => {
  const gate = await flapLane(t)
  await gate.scan(await gate.code())
  await gate.time.advanceAsync(500)
  const walking = walk(gate.barrier, 'lingering')
  while (!gate.barrier.contact('beamC')) await gate.time.advanceAsync(5)
  gate.barrier.setContact('stop', true)
  await gate.time.advanceAsync(1000)
  t.equal(gate.lane.view().state.name, 'OutOfService')
  t.ok(gate.barrier.relay('entry'), 'held open')
  await gate.time.advanceAsync(20_000)
  t.strictSame((await walking).through, [true])
  t.equal(gate.force(), 0)
  t.notOk(gate.barrier.relay('entry'))
})

t.test('a beam that stays interrupted is told, and told to be free', async t => {
  const gate = await flapLane(t)
  gate.barrier.setContact('beamA', true)
  await gate.time.advanceAsync(29_000)
  t.same(gate.alarms(), [])
  await gate.time.advanceAsync(61_000)
  t.same(gate.alarms(), ['alarm BEAM_STUCK'])
  gate.barrier.setContact('beamA', false)
  await gate.time.advanceAsync(100)
  t.same(gate.alarms(), ['alarm BEAM_STUCK', 'alarm BEAM_STUCK'])
})

t.test('a queue of people, each on their own grant', async t => {
  const gate = await flapLane(t)
  for (const cti of [1, 2, 3]) t.strictSame(await gate.pass('normal', cti), [true])
  t.equal(gate.rows().filter(row => row === 'passage').length, 3)
  t.same(gate.alarms(), [])
})
