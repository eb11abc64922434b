/**
 * Stock StandardFirmata on the emulated board. Its .hex is not ours to ship: STOCK_HEX names one,
 * e.g. as the Arduino IDE exports it for an Uno.
 */
import { existsSync } from 'node:fs'
import t from 'tap'
import { createGateBoard } from '../drivers/board.ts'
import { contactWiring, profilePins, resolvePins } from '../drivers/pins.ts'
import type { DeviceState } from '../ports.ts'
import { systemClock, systemTimers } from '../system-time.ts'
import { createAvrBoard } from './avr-board.ts'
import { until } from './until.ts'

const hexPath = process.env.STOCK_HEX ?? ''

t.test('refused without an external dead-man, used with one', async t => {
  if (!existsSync(hexPath)) {
    t.pass('not run: STOCK_HEX names no StandardFirmata .hex')
    return
  }
  for (const deadman of [{ ms: 300 }, 'external'] as const) {
    const sim = await createAvrBoard({ hexPath })
    for (const [contact, { pin }] of resolvePins('x', { profile: 'tripod' }).contacts) {
      sim.setInput(pin, contactWiring[contact] === 'opens' ? 0 : 1)
    }
    const board = createGateBoard({
      name: 'board',
      port: sim.path,
      pins: { profile: 'tripod' },
      deadman,
      timers: systemTimers,
      clock: systemClock,
      random: Math.random,
    })
    t.teardown(async () => {
      await board.close()
      await sim.close()
    })
    const states: DeviceState[] = []
    board.onState(state => states.push(state))
    await until('a verdict', () => states.some(state => state.state !== 'connecting'), 20_000)
    if (deadman !== 'external') {
      t.match(states.at(-1), { error: { code: 'NO_DEADMAN', message: /StandardFirmata/ } })
      continue
    }
    t.equal(states.at(-1)?.state, 'ready')
    board.barrier.energise('entry')
    await until('energised', () => sim.level(profilePins.tripod.entry) === 1)
    sim.setInput(profilePins.tripod.passA, 0)
    await until('passA', () => board.contacts.isActive('passA'))
    board.barrier.release('entry')
    await until('released', () => sim.level(profilePins.tripod.entry) === 0)
  }
})
