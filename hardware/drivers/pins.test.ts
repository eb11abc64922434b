import t from 'tap'
import { type PinConfig, profilePins, resolvePins } from './pins.ts'

function refused(config: unknown, message: RegExp) {
  t.throws(() => resolvePins('lane 1 board', config as PinConfig), {
    code: 'BAD_PINS',
    port: 'lane 1 board',
    message,
  })
}

t.test('both profiles fit an Uno, no pin twice', async t => {
  for (const [profile, table] of Object.entries(profilePins)) {
    const pins = Object.values(table)
    t.equal(new Set(pins).size, pins.length, profile)
    t.ok(pins.every(pin => pin >= 2 && pin <= 19))
    t.doesNotThrow(() => resolvePins('x', { profile: profile as 'tripod' }))
  }
  t.equal(Object.keys(profilePins.tripod).length, 16)
})

t.test('a config changes single functions', async t => {
  const map = resolvePins('x', {
    profile: 'tripod',
    pins: { entry: 18, passB: null, tamper: { pin: 15, wiring: 'closes' } },
    fireOpens: { exit: 'released' },
  })
  t.equal(map.relays.get('entry'), 18)
  t.notOk(map.contacts.has('passB'))
  t.strictSame(map.contacts.get('tamper'), { pin: 15, wiring: 'closes' })
  t.strictSame(map.fireOutputs, [
    { pin: 18, level: 1 },
    { pin: 3, level: 0 },
  ])
  t.strictSame(map.holdWhile, [])
})

t.test('a flap waits for its beams and shows its cross by the arrow relay', async t => {
  const map = resolvePins('x', { profile: 'flap' })
  t.equal(map.holdWhile.length, 6)
  t.ok(map.crossIsArrowInverse)
})

t.test('what can not work is refused with reason and remedy', async () => {
  refused({ profile: 'gate' }, /no profile "gate"; use "tripod" or "flap"/)
  refused({ profile: 'tripod', pins: { entry: 0 } }, /pin 0 is the serial line; use a pin from 2/)
  refused({ profile: 'tripod', pins: { entry: 20 } }, /pin 20 is no pin of the board/)
  refused({ profile: 'tripod', pins: { entry: 2.5 } }, /pin 2.5 is no pin/)
  refused({ profile: 'tripod', pins: { entry: 3 } }, /pin 3 is both entry and exit; give each/)
  refused({ profile: 'tripod', pins: { amber: 18, fire: 13 } }, /pin 13 blinks .* lamp or the buz/)
  refused(
    { profile: 'tripod', pins: { entry: { pin: 2, active: 'low' } } },
    /entry is active-low.*; use an active-high module with a pull-down/,
  )
  refused(
    { profile: 'tripod', pins: { fire: { pin: 12, wiring: 'closes' } } },
    /fire is wired as normally open.*; use the normally-closed contact/,
  )
  refused({ profile: 'tripod', pins: { door: 18 } }, /no function "door"; known are entry/)
  refused({ profile: 'tripod', pins: { entry: null, exit: null } }, /neither an entry nor an exit/)
})
