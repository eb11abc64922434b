/** Readers of each kind, from a gate's config to its relay: real drivers, real reports, real lines. */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createTravellers, type HandGate, startHandGate } from '../../fixtures/hand-gate.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { HidBackend } from '../../hardware/drivers/hid-backend.ts'
import type { Timers } from '../../hardware/ports.ts'
import { createSimCamera } from '../../hardware/sim/camera.ts'
import { createSimHidScanner, posReports, wedgeReports } from '../../hardware/sim/hid-device.ts'
import { createSimScanner } from '../../hardware/sim/scanner.ts'
import { seeded } from '../../hardware/sim/seeded.ts'
import { createSerialWire } from '../../hardware/sim/serial-wire.ts'
import { systemTimers } from '../../hardware/system-time.ts'
import { openReader } from '../assembly/open-reader.ts'
import { LIST, T0, TrustWorld } from '../testing/trust/world.ts'

const world = await TrustWorld.create(() => T0)
await world.publish({ lists: { [LIST]: [200] } })
const code = createTravellers(world)
const ROUNDS = 20

/** A gate with these readers; `timers`: of those on real lines. */
async function gateWith(t: Test, readers: readonly object[], hid: HidBackend, timers?: Timers) {
  const gate = await startHandGate({
    data: join(tempDir(), 'data'),
    world,
    lane: { scanner: undefined, readers },
    openReader: time => (_lane, reader) => {
      const real = reader.config.kind !== 'hid' && timers
      const parts = { timers: real || time.timers, clock: time.clock, random: () => 0.5, hid }
      return openReader(reader, parts)
    },
  })
  t.teardown(() => gate.stop())
  return gate
}

const shown = async (gate: HandGate, number: number) =>
  code(number, Math.floor(gate.time.clock.nowMs() / 1000))
const state = (gate: HandGate) => gate.gate.lanes[0]?.view().state.name
const count = (gate: HandGate, row: string) => gate.told().filter(one => one === row).length

/** Whoever was let in walks through. */
async function passes(gate: HandGate): Promise<void> {
  await gate.until('the relay', () => gate.energised.has('entry'))
  gate.board.setContact('passA', true)
  gate.board.setContact('passA', false)
  await gate.until('at rest', () => state(gate) === 'Locked')
}

for (const [profile, config, half] of [
  ['wedge', { device: '0c2e:0b01:SIM1', layout: 'de' }, wedgeReports('HALF', { layout: 'de' })],
  ['pos', {}, posReports('X'.repeat(99))],
] as const) {
  t.test(`a ${profile} scanner opens the relay after each of ${ROUNDS} unplugs`, async t => {
    const scanner = createSimHidScanner(profile, { layout: 'de' })
    const gate = await gateWith(t, [{ kind: 'hid', ...config }], scanner.backend)
    for (let round = 1; round <= ROUNDS; round += 1) {
      // In the middle of a code, every other time.
      if (round % 2 === 0) scanner.send(half.slice(0, 1))
      scanner.unplug()
      await gate.until('out of service', () => state(gate) === 'OutOfService')
      t.equal(gate.energised.size, 0)
      scanner.replug()
      await gate.until('in service', () => state(gate) === 'Locked', 50)
      scanner.scan(await shown(gate, round))
      await passes(gate)
      t.equal(scanner.openHandles, 1)
    }
    await gate.until('all rows', () => count(gate, 'passage') === ROUNDS)
    t.equal(count(gate, 'grant ADMIT'), ROUNDS)
    t.equal(count(gate, 'alarm SCANNER_LOST'), 2 * ROUNDS, 'on and off, each time')
    t.notOk(
      gate.told().some(row => row.startsWith('scan')),
      'no half of a code was a scan',
    )
    t.match(gate.rows().find(({ kind }) => kind === 'grant')?.body, { source: 'A.hid' })
  })
}

t.test('one code before a serial and a USB scanner of a lane gives one decision', async t => {
  const wire = await createSerialWire({ baudRate: 115_200 })
  t.teardown(() => wire.close())
  const serial = createSimScanner({ wire })
  const usb = createSimHidScanner('pos')
  const readers = [
    { kind: 'serial', port: wire.path, baudRate: 115_200, suffix: 'required' },
    { kind: 'hid' },
  ]
  const gate = await gateWith(t, readers, usb.backend, systemTimers)
  await gate.until('both readers', () => gate.gate.lanes[0]?.lostReaders().length === 0)
  const ready = () => gate.log.filter(line => line.event === 'device' && line.state === 'ready')
  await gate.until('both ready', () => ready().length >= 3)
  for (const [number, first] of [
    [101, 'A.serial'],
    [102, 'A.hid'],
  ] as const) {
    const text = await shown(gate, number)
    if (first === 'A.hid') usb.scan(text)
    serial.sendText(text)
    await passes(gate)
    if (first === 'A.serial') usb.scan(text)
    await gate.until('its passage', () => count(gate, 'passage') === number - 100)
    t.match(gate.rows().findLast(({ kind }) => kind === 'grant')?.body, { source: first })
  }
  serial.sendText('NO PASS')
  const refused = () => gate.told().filter(row => row.startsWith('scan'))
  await gate.until('a refusal', () => refused().length > 0)
  usb.scan('NO PASS')
  // A passage of its own shows that nothing was left to come of the codes before.
  usb.scan(await shown(gate, 103))
  await passes(gate)
  await gate.until('three passages', () => count(gate, 'passage') === 3)
  t.equal(count(gate, 'grant ADMIT'), 3)
  t.same(refused(), ['scan MALFORMED'], 'refused once, and nobody else')

  wire.unplug()
  await gate.until('the alarm', () => count(gate, 'alarm READER_LOST') === 1)
  t.same([state(gate), gate.gate.lanes[0]?.lostReaders()], ['Locked', ['A.serial']])
  const { lanes } = await gate.gate.readHealth()
  t.match(lanes, [{ name: 'A', alarms: [], lostReaders: ['A.serial'] }])
  usb.scan(await shown(gate, 104))
  await passes(gate)
})

t.test('one code before a serial scanner and a camera of a lane gives one decision', async t => {
  const wire = await createSerialWire({ baudRate: 115_200 })
  const size = { width: 480, height: 360, fps: 8 }
  const camera = await createSimCamera({ ...size, timers: systemTimers, random: seeded(7) })
  const serial = createSimScanner({ wire })
  const readers = [
    { kind: 'serial', port: wire.path, baudRate: 115_200, suffix: 'required' },
    { kind: 'camera', source: { type: 'mjpeg', url: camera.url } },
  ]
  const gate = await gateWith(t, readers, createSimHidScanner('pos').backend, systemTimers)
  t.teardown(() => Promise.all([wire.close(), camera.close()]))
  const ready = () => gate.log.filter(line => line.event === 'device' && line.state === 'ready')
  await gate.until('board and both readers', () => ready().length >= 3)
  const text = await shown(gate, 101)
  camera.hold(text)
  serial.sendText(text)
  await passes(gate)
  await gate.until('its passage', () => count(gate, 'passage') === 1)

  const refused = () => gate.rows().filter(({ kind }) => kind === 'scan')
  camera.hold('NO PASS')
  await gate.until('a refusal', () => refused().length > 0)
  serial.sendText('NO PASS')
  // A passage of its own shows that nothing was left to come of the codes before.
  serial.sendText(await shown(gate, 102))
  await passes(gate)
  await gate.until('two passages', () => count(gate, 'passage') === 2)
  t.equal(count(gate, 'grant ADMIT'), 2)
  t.match(
    refused().map(({ body }) => body),
    [{ code: 'MALFORMED', source: 'A.camera' }],
    'refused once, and nobody else',
  )
  t.equal(refused().length, 1)
})
