/** Equal scanners, and which of them a config means. */
import t, { type Test } from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import type { DeviceState } from '../ports.ts'
import { createSimHidBus, createSimHidScanner, type SimHidScanner } from '../sim/hid-device.ts'
import { usbPort } from './hid-backend.ts'
import { createHidScanner, type HidScannerOptions } from './scanner-hid.ts'

type Asked = Pick<HidScannerOptions, 'profile' | 'device' | 'path'>

/** Readers of one process at these scanners; each one's newest state, and what it read. */
async function at(t: Test, scanners: readonly SimHidScanner[], ...asked: readonly Asked[]) {
  const time = createVirtualTime()
  const backend = createSimHidBus(scanners)
  const readers = asked.map((one, n) => {
    const reader = createHidScanner({
      name: `A.hid${n}`,
      ...one,
      backend,
      random: () => 0.5,
      ...time,
    })
    const seen: { state: DeviceState; texts: string[] } = {
      state: { state: 'connecting' },
      texts: [],
    }
    reader.onState(state => {
      seen.state = state
    })
    reader.onReading(({ text }) => seen.texts.push(text))
    t.teardown(() => reader.close())
    return seen
  })
  await time.advanceAsync(3000)
  return { readers, time }
}

function fault(seen: { readonly state: DeviceState } | undefined): string {
  return seen?.state.state === 'lost' ? `${seen.state.error.code} ${seen.state.error.message}` : ''
}

const wedge = { profile: 'wedge', device: '0c2e:0b01' } as const

t.test('two equal scanners are refused, with the line to write for each', async t => {
  const rows: [string, string, RegExp][] = [
    ['S1', 'S2', /"device": "0c2e:0b01:S1" or "device": "0c2e:0b01:S2"$/],
    ['', '', /"path": "1-1.1" or "path": "1-1.2"$/],
    ['0000', '0000', /"path": "1-1.1" or "path": "1-1.2"$/],
    ['S1', '', /"device": "0c2e:0b01:S1" or "path": "1-1.2"$/],
  ]
  for (const [one, two, lines] of rows) {
    const scanners = [
      createSimHidScanner('wedge', { serial: one, port: '1-1.1' }),
      createSimHidScanner('wedge', { serial: two, port: '1-1.2' }),
    ]
    const { readers } = await at(t, scanners, wedge)
    t.match(fault(readers[0]), /^DEVICE_AMBIGUOUS A\.hid0: 2 devices are 0c2e:0b01; write/)
    t.match(fault(readers[0]), lines)
    t.same(
      scanners.map(({ openHandles }) => openHandles),
      [0, 0],
    )
  }
  const pos = ['1-1', '1-2'].map(port => createSimHidScanner('pos', { port }))
  const { readers } = await at(t, pos, { profile: 'pos' })
  t.match(fault(readers[0]), /2 devices are an HID scanner; .*"path": "1-1" or "path": "1-2"$/)
})

t.test('told apart by serial number or by port, each reads its own', async t => {
  for (const named of [
    [{ device: '0c2e:0b01:S1' }, { device: '0c2e:0b01:S2' }],
    [{ ...wedge, path: '1-1.1' }, { path: '1-1.2' }],
  ]) {
    for (const profile of ['wedge', 'auto'] as const) {
      const scanners = ['S1', 'S2'].map((serial, n) =>
        createSimHidScanner('wedge', { serial, port: `1-1.${n + 1}` }),
      )
      const { readers } = await at(t, scanners, ...named.map(one => ({ ...one, profile })))
      scanners.forEach((scanner, n) => void scanner.scan(`OF ${n}`))
      t.same(
        readers.map(({ texts }) => texts),
        [['OF 0'], ['OF 1']],
      )
    }
  }
})

t.test('one scanner is opened once, however it is named', async t => {
  const scanner = createSimHidScanner('wedge')
  const { readers, time } = await at(t, [scanner], wedge, { profile: 'auto', path: '1-1' })
  t.equal(readers[0]?.state.state, 'ready')
  t.match(fault(readers[1]), /^DEVICE_BUSY A\.hid1: A\.hid0 has this scanner open; name each by/)
  t.equal(scanner.openHandles, 1)
  scanner.unplug()
  scanner.replug()
  await time.advanceAsync(5000)
  t.equal(readers.filter(({ state }) => state.state === 'ready').length, 1)
  t.equal(scanner.openHandles, 1)
})

t.test('auto and both kinds in one process: POS by its page, a wedge by its name', async t => {
  const scanners = [createSimHidScanner('pos'), createSimHidScanner('wedge', { port: '1-2' })]
  const { readers } = await at(t, scanners, { profile: 'auto' }, { ...wedge, profile: 'auto' })
  for (const scanner of scanners) scanner.scan('HELLO')
  t.same(
    readers.map(({ texts }) => texts),
    [['HELLO'], ['HELLO']],
  )
  const none = await at(t, scanners.slice(1), { profile: 'auto' })
  t.match(
    fault(none.readers[0]),
    /^DEVICE_MISSING .*an HID POS scanner/,
    'never a keyboard unnamed',
  )
})

t.test('a wedge that was told of the host’s Caps Lock types right once it is opened', async t => {
  const scanner = createSimHidScanner('wedge')
  scanner.tellOfCapsLock()
  const { readers } = await at(t, [scanner], wedge)
  scanner.scan('WG1:AB')
  t.same(readers[0]?.texts, ['WG1:AB'])
})

t.test('the USB port is in hidapi’s path, or in the kernel’s', async t => {
  t.equal(usbPort('1-1.2:1.0'), '1-1.2')
  const kernel = '/sys/devices/pci0/usb1/1-1/1-1.4/1-1.4:1.1/0003:0C2E:0B07.0004/hidraw/hidraw3'
  t.equal(usbPort(kernel), '1-1.4')
  t.equal(usbPort('/dev/hidraw3'), undefined)
  t.equal(usbPort('/sys/devices/virtual/misc/uhid/0005:0C2E:0B07.0004/hidraw/hidraw3'), undefined)
})
