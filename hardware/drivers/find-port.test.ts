import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { findPortPath, listPorts, listPortsFromSys } from './find-port.ts'

const ports = async () => [
  { path: '/dev/ttyS0' },
  { path: '/dev/ttyACM0', vendorId: '2341', productId: '0043', serial: 'A1' },
  { path: '/dev/ttyACM1', vendorId: '2341', productId: '0043', serial: 'B2' },
  { path: '/dev/ttyUSB0', vendorId: '0403', productId: '6001' },
]

t.test('a path is a path, a USB name is looked up', async t => {
  t.equal(await findPortPath('x', '/dev/ttyS5', ports), '/dev/ttyS5')
  t.equal(await findPortPath('x', 'COM3', ports), 'COM3')
  t.equal(await findPortPath('x', '0403:6001', ports), '/dev/ttyUSB0')
  t.equal(await findPortPath('x', '2341:0043:B2', ports), '/dev/ttyACM1')
})

t.test('nothing there, or two of a kind, says what to do', async t => {
  const missing = { code: 'DEVICE_MISSING', port: 'lane 1 board' }
  await t.rejects(findPortPath('lane 1 board', 'dead:beef', ports), missing)
  await t.rejects(findPortPath('lane 1 board', '2341:0043:C3', ports), missing)
  await t.rejects(findPortPath('lane 1 board', '2341:0043', ports), {
    ...missing,
    message: /2 devices .* name one by vendor:product:serial/,
  })
})

t.test('without udevadm the kernel tree is read', async t => {
  const root = mkdtempSync(join(tmpdir(), 'sys-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  const usb = join(root, 'devices/usb1/1-1')
  const tty = join(usb, '1-1:1.0/ttyACM0')
  mkdirSync(tty, { recursive: true })
  mkdirSync(join(root, 'class/ttyACM0'), { recursive: true })
  mkdirSync(join(root, 'class/console'), { recursive: true })
  for (const [name, text] of [
    ['idVendor', '2341\n'],
    ['idProduct', '0043\n'],
    ['serial', '75A1\n'],
  ] as const) {
    writeFileSync(join(usb, name), text)
  }
  symlinkSync(tty, join(root, 'class/ttyACM0/device'))
  t.strictSame(await listPortsFromSys(join(root, 'class')), [
    { path: '/dev/ttyACM0', vendorId: '2341', productId: '0043', serial: '75A1' },
  ])
  t.strictSame(await listPortsFromSys(join(root, 'nowhere')), [])
})

t.test('listing never fails, whatever the machine lacks', async t => {
  const before = process.env.PATH
  process.env.PATH = ''
  t.teardown(() => {
    process.env.PATH = before
  })
  t.ok(Array.isArray(await listPorts()))
})
