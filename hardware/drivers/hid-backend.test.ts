/**
 * The unmodified node-hid over a libusb of our own, fed by a socket: nothing of the driver or of
 * the library is replaced, only the bus below it. Needs gcc and libusb's headers.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { wedgeReports } from '../sim/hid-device.ts'
import { until } from '../sim/until.ts'
import { createNodeHidBackend } from './hid-backend.ts'

const sim = join(import.meta.dirname, '../sim')
const headers = '/usr/include/libusb-1.0/libusb.h'

function whyNot(): string | null {
  if (process.platform !== 'linux') return 'only on Linux'
  if (spawnSync('gcc', ['--version']).error) return 'no gcc here'
  return existsSync(headers) ? null : 'no libusb headers here (Debian: libusb-1.0-0-dev)'
}

function build(folder: string): void {
  const library = join(folder, 'libusb-1.0.so.0')
  const result = spawnSync(
    'gcc',
    ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, join(sim, 'fake-libusb.c'), '-lpthread'],
    { encoding: 'utf8' },
  )
  if (result.status !== 0) throw new Error(result.stderr)
}

t.test('a wedge on a bus: opened, read, unplugged, found again, closed', async t => {
  const reason = whyNot()
  if (reason !== null) {
    t.pass(`not run: ${reason}`)
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'usb-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  build(folder)
  const path = join(folder, 'bus')
  const sockets = new Set<Socket>()
  const claimed = new Set<Socket>()
  const bus = createServer(socket => {
    sockets.add(socket)
    socket.once('data', () => claimed.add(socket))
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      claimed.delete(socket)
    })
  })
  const plug = () => new Promise<void>(resolve => bus.listen(path, resolve))
  const scan = async (text: string) => {
    await until('the bus in use', () => claimed.size > 0)
    // A bus asks a keyboard once a millisecond or less; hidapi keeps only 30 unread reports.
    for (const report of wedgeReports(text)) {
      for (const socket of claimed) socket.write(report)
      await new Promise(resolve => setTimeout(resolve, 1))
    }
  }
  const unplug = async () => {
    const closed = new Promise(resolve => bus.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await plug()
  t.teardown(() => {
    bus.close()
    for (const socket of sockets) socket.destroy()
  })

  const host: ChildProcess = spawn(process.execPath, [join(sim, 'hid-host.ts')], {
    env: {
      ...process.env,
      LD_LIBRARY_PATH: folder,
      FAKE_USB_SOCKET: path,
      FAKE_USB_REPORT: '8',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  t.teardown(() => host.kill('SIGKILL'))
  let said = ''
  let complained = ''
  host.stdout?.on('data', chunk => {
    said += String(chunk)
  })
  host.stderr?.on('data', chunk => {
    complained += String(chunk)
  })

  await until(`ready: ${complained}`, () => said.includes('state ready'), 15_000)
  t.match(complained, /detached from the kernel/)
  await scan('WG1:6BF$+Z*8/2')
  await until('the text', () => said.includes('text WG1:6BF$+Z*8/2\n'))
  await unplug()
  await until('lost', () => said.includes('state lost DEVICE_UNPLUGGED'))
  await until('missing', () => said.includes('state lost DEVICE_MISSING'))
  said = ''
  await plug()
  await until('ready again', () => said.includes('state ready'), 15_000)
  await scan('AGAIN')
  await until('the next text', () => said.includes('text AGAIN'))
  host.stdin?.end()
  const code = await new Promise(resolve => host.once('exit', resolve))
  t.equal(code, 0, 'nothing keeps it alive')
  await unplug()
})

t.test('both ways of opening in one process, each with its own library', async t => {
  const backend = createNodeHidBackend()
  for (const access of ['hidraw', 'libusb', 'hidraw'] as const) {
    const found = await backend.devices(access).catch((error: Error) => error.message)
    if (typeof found !== 'string') t.ok(Array.isArray(found), access)
    else t.match(found, /lib(udev|usb)/, 'only a library that the system lacks')
  }
  const libraries = Object.keys(createRequire(import.meta.url).cache).filter(file =>
    /HID.*\.node$/.test(file),
  )
  t.ok(libraries.length !== 1, libraries.join())
})
