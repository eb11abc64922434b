import { EventEmitter } from 'node:events'
import fc from 'fast-check'
import firmataIo from 'firmata-io'
import t from 'tap'
import './board-session.ts'

/** A Firmata that has heard a version, and two pins when `ready`. */
function board(ready: boolean) {
  const wire = Object.assign(new EventEmitter(), { write: () => {} })
  const firmata = new firmataIo.Firmata(wire, { reportVersionTimeout: 1 })
  clearTimeout(firmata.reportVersionTimeoutId)
  firmata.on('error', () => {})
  const hear = (...bytes: number[]) => wire.emit('data', Buffer.from(bytes))
  hear(0xf9, 2, 5)
  if (ready) hear(0xf0, 0x6c, 0, 1, 1, 1, 0x7f, 0, 1, 1, 1, 0x7f, 0xf7)
  return { firmata, hear }
}

t.test('an answer that comes before the pins are known, or is cut short, is skipped', async t => {
  const early = board(false)
  early.hear(0xf0, 0x6e, 2, 1, 0, 0xf7)
  early.hear(0xf0, 0x6a, 0x7f, 0x7f, 0xf7)
  early.hear(0xf0, 0x79, 0xf7)
  const { firmata, hear } = board(true)
  t.equal(firmata.pins.length, 2)
  let told = 0
  firmata.on('pin-state-1', () => told++)
  hear(0xf0, 0x6e, 1, 0xf7)
  hear(0xf0, 0x6e, 2, 1, 0, 0xf7)
  t.equal(told, 0)
  hear(0xf0, 0x6e, 1, 1, 0, 0xf7)
  t.equal(told, 1)
  t.equal(firmata.pins[1]?.mode, 1)
  hear(0xf0, 0x6a, 0x7f, 0x7f, 0x7f, 0xf7)
  hear(0xf0, 0x79, 2, 5, 0x41, 0, 0xf7)
  t.equal(firmata.firmware.name, 'A')
})

t.test('no message at all throws, before the handshake and after it', async () => {
  const sevenBit = fc.integer({ min: 0, max: 0x7f })
  const message = fc.oneof(
    fc
      .tuple(sevenBit, fc.array(sevenBit, { maxLength: 20 }))
      .map(([command, data]) => [...[0xf0, command, ...data, 0xf7]]),
    fc.array(fc.integer({ min: 0, max: 0xff }), { maxLength: 30 }),
  )
  fc.assert(
    fc.property(fc.boolean(), fc.array(message, { maxLength: 5 }), (ready, messages) => {
      const { hear } = board(ready)
      for (const bytes of messages) hear(...bytes)
    }),
    { numRuns: 3000 },
  )
})
