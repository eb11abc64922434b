/** People as they come to a lane of the station, before the production machine in virtual time. */
import t from 'tap'
import { createVirtualLane } from '../../fixtures/virtual-lane.ts'
import { createGateBoard } from '../../hardware/drivers/board.ts'
import { createFirmataBoard } from '../../hardware/sim/firmata-board.ts'
import { createMemoryWire } from '../../hardware/sim/memory-wire.ts'
import { type PassengerKind, partyOf, walkAs } from '../../hardware/sim/passenger.ts'
import { connectTurnstile, type Turnstile } from '../../hardware/sim/turnstile.ts'
import { asTheyCome } from './coming.ts'
import { FLAP_PINS } from './whole.ts'

/** What the gate writes when they walk on one grant. */
async function rowsOf(kind: PassengerKind): Promise<readonly string[]> {
  const pins = FLAP_PINS
  let turnstile: Turnstile | undefined
  const gate = await createVirtualLane({ board: { port: 'board', ...pins } }, time => {
    const wire = createMemoryWire({ name: 'board', ...time })
    const board = createFirmataBoard({ wire, float: () => 0, ...time })
    turnstile = connectTurnstile({ board, pins, ...time })
    const port = wire.transport
    const deadman = { ms: 300 }
    return createGateBoard({ name: 'A.board', port, pins, deadman, random: () => 0.5, ...time })
  })
  await gate.time.advanceAsync(500)
  await gate.scan(await gate.code())
  await gate.time.advanceAsync(500)
  const walked = walkAs(turnstile as Turnstile, asTheyCome(partyOf(kind, 'entry')))
  await gate.time.advanceAsync(40_000)
  await walked
  return gate.rows().filter(row => row !== 'alarm OBSTACLE')
}

t.test('one person each, also with a case', async t => {
  for (const kind of ['normal', 'child', 'wheelchair', 'running', 'luggage'] as const) {
    t.same(await rowsOf(kind), ['grant ADMIT', 'passage'], kind)
  }
})

t.test('two on one code are two people', async t => {
  t.same(await rowsOf('tailgater'), ['grant ADMIT', 'passage', 'alarm TAILGATE'])
})

t.test('they stay as far apart as they came, and people far enough to be counted', t => {
  const [first, second] = asTheyCome(partyOf('tailgater', 'exit'))
  t.ok(Math.abs((first?.body.progress ?? 0) - (second?.body.progress ?? 0) - 0.8) < 1e-9)
  t.equal(second?.body.behind?.body, first?.body)
  t.ok(first?.body.legs, 'on two legs')
  const [, thing] = asTheyCome(partyOf('luggage', 'entry'))
  t.equal(thing?.body.legs, null, 'on wheels')
  t.end()
})
