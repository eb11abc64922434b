/** Driver, board, barrier and people together, in virtual time: the real driver code throughout. */
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createGateBoard } from '../drivers/board.ts'
import { createSerialScanner } from '../drivers/scanner-serial.ts'
import type { Contact, DeviceState } from '../ports.ts'
import { createFirmataBoard, type FirmataBoardOptions } from './firmata-board.ts'
import { createMemoryWire } from './memory-wire.ts'
import { walk } from './passenger.ts'
import { createSimScanner } from './scanner.ts'
import { connectTurnstile } from './turnstile.ts'

function rig(
  profile: 'tripod' | 'flap' = 'tripod',
  more: Partial<FirmataBoardOptions> & { deadmanMs?: number } = {},
) {
  const time = createVirtualTime()
  const wire = createMemoryWire({ name: 'board', ...time })
  const sim = createFirmataBoard({ wire, float: () => 0, ...time, ...more })
  const turnstile = connectTurnstile({ board: sim, pins: { profile }, ...time })
  const board = createGateBoard({
    name: 'board',
    port: wire.transport,
    pins: { profile },
    deadman: { ms: more.deadmanMs ?? 300 },
    random: () => 0.5,
    ...time,
  })
  const states: DeviceState[] = []
  const seen: string[] = []
  board.onState(state => states.push(state))
  board.contacts.onContact((contact: Contact, active) => {
    if (contact !== 'relayFeedback') seen.push(`${contact}${active ? '+' : '-'}`)
  })
  return { time, wire, sim, turnstile, board, states, seen, last: () => states.at(-1)?.state }
}

t.test('a grant, a walk, a passage: what the gate sees through its driver', async t => {
  const { time, turnstile, board, seen, last } = rig()
  await time.advanceAsync(300)
  t.equal(last(), 'ready')
  board.barrier.energise('entry')
  await time.advanceAsync(20)
  t.ok(turnstile.relay('entry'))
  t.ok(board.contacts.isActive('relayFeedback'))
  const walking = walk(turnstile, 'normal')
  await time.advanceAsync(4000)
  t.strictSame((await walking).through, [true])
  t.strictSame(seen, ['beamA+', 'passA+', 'beamA-', 'beamB+', 'passA-', 'beamB-'])
  board.barrier.release('entry')
  await time.advanceAsync(20)
  t.notOk(turnstile.relay('entry'))
})

t.test('unplugged in the middle of a passage: nobody is trapped, nobody else gets in', async t => {
  const { time, wire, turnstile, board, states, last } = rig()
  await time.advanceAsync(300)
  board.barrier.energise('entry')
  const walking = walk(turnstile, 'tailgater')
  while (turnstile.position < 30) await time.advanceAsync(5)
  wire.unplug()
  t.match(states.at(-1), { state: 'lost', error: { code: 'DEVICE_UNPLUGGED' } })
  await time.advanceAsync(350)
  t.notOk(turnstile.relay('entry'), 'released by the dead-man')
  await time.advanceAsync(15_000)
  t.strictSame((await walking).through, [true, false])
  wire.replug()
  await time.advanceAsync(500)
  t.equal(last(), 'ready')
  t.notOk(turnstile.relay('entry'))
})

t.test(
  'a board that restarts by itself is noticed at once, or within a second unheard',
  async t => {
    const heard = rig()
    await heard.time.advanceAsync(300)
    heard.board.barrier.energise('entry')
    await heard.time.advanceAsync(20)
    heard.sim.reset()
    await heard.time.advanceAsync(50)
    t.match(heard.states.at(-1), { state: 'lost', error: { message: /restarted by itself/ } })
    await heard.time.advanceAsync(500)
    t.equal(heard.last(), 'ready')
    t.notOk(heard.turnstile.relay('entry'))

    const unheard = rig()
    await unheard.time.advanceAsync(300)
    unheard.sim.reset()
    unheard.sim.faults.silent = true
    await unheard.time.advanceAsync(30)
    unheard.sim.faults.silent = false
    await unheard.time.advanceAsync(1100)
    t.ok(unheard.states.some(state => state.state === 'lost'))
  },
)

t.test('flap: a dead host does not close it on a person', async t => {
  const { time, wire, turnstile, board } = rig('flap')
  await time.advanceAsync(300)
  board.barrier.energise('entry')
  await time.advanceAsync(500)
  const walking = walk(turnstile, 'lingering')
  while (!turnstile.contact('beamC')) await time.advanceAsync(5)
  wire.unplug()
  await time.advanceAsync(1500)
  t.ok(turnstile.relay('entry'), 'held while a beam is interrupted')
  t.equal(turnstile.forceN, 0)
  await time.advanceAsync(8000)
  t.strictSame((await walking).through, [true])
  t.notOk(turnstile.relay('entry'))
  t.equal(turnstile.position, 0)
})

t.test('fire opens the barrier with the host unplugged, until staff reset it', async t => {
  const { time, wire, turnstile, board } = rig()
  await time.advanceAsync(300)
  wire.unplug()
  await time.advanceAsync(400)
  turnstile.setContact('fire', true)
  await time.advanceAsync(10)
  t.ok(turnstile.relay('entry') && turnstile.relay('exit'))
  const leaving = walk(turnstile, 'group', 'exit')
  await time.advanceAsync(20_000)
  t.strictSame((await leaving).through, [true, true, true])
  turnstile.setContact('fire', false)
  wire.replug()
  await time.advanceAsync(500)
  t.ok(board.contacts.isActive('fire'))
  board.resetFire?.()
  await time.advanceAsync(50)
  t.notOk(board.contacts.isActive('fire'))
  t.notOk(turnstile.relay('entry') || turnstile.relay('exit'))
})

t.test(
  'board faults: garbage at the start, slow answers, a silent boot, a stuck relay',
  async t => {
    const garbage = rig()
    garbage.sim.faults.garbage = Uint8Array.of(0xf0, 0x79, 2, 0xff, 0x91, 3, 0xe0, 0, 0xf7, 0x90)
    await garbage.time.advanceAsync(1000)
    t.equal(garbage.last(), 'ready')

    const slow = rig()
    slow.sim.faults.slowMs = 200
    await slow.time.advanceAsync(4000)
    t.equal(slow.last(), 'ready')

    const silent = rig()
    silent.sim.faults.silent = true
    await silent.time.advanceAsync(7000)
    t.match(
      silent.states.find(state => state.state === 'lost'),
      { error: { code: 'DEVICE_SILENT' } },
    )
    silent.sim.faults.silent = false
    await silent.time.advanceAsync(7000)
    t.equal(silent.last(), 'ready', 'used as soon as it speaks')

    const stuck = rig()
    await stuck.time.advanceAsync(300)
    stuck.sim.faults.stuck = new Map([[2, 1]])
    stuck.board.barrier.energise('entry')
    stuck.board.barrier.release('entry')
    await stuck.time.advanceAsync(50)
    t.ok(stuck.board.contacts.isActive('relayFeedback'), 'seen by its feedback contact')
  },
)

t.test('a scanner in virtual time: its line takes its time', async t => {
  const time = createVirtualTime()
  const wire = createMemoryWire({ name: 'scanner', baudRate: 9600, ...time })
  const reader = createSerialScanner({
    name: 'scanner',
    port: wire.transport,
    baudRate: 9600,
    random: () => 0.5,
    ...time,
  })
  const texts: string[] = []
  reader.onReading(({ text }) => texts.push(text))
  await time.advanceAsync(10)
  createSimScanner({ wire }).sendText('A'.repeat(418))
  await time.advanceAsync(436)
  t.equal(texts.length, 0)
  await time.advanceAsync(1)
  t.equal(texts.length, 1)
  await reader.close()
})
