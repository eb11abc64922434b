import { existsSync, readlinkSync } from 'node:fs'
import t, { type Test } from 'tap'
import { createSerialPort } from '../drivers/serial-port.ts'
import type { DeviceState } from '../ports.ts'
import { systemTimers } from '../system-time.ts'
import { createNullModem } from './null-modem.ts'
import { createSerialWire, type SerialWireOptions } from './serial-wire.ts'
import { until } from './until.ts'

const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i)

function host(t: Test, path: string, baudRate = 115_200) {
  const port = createSerialPort({
    name: 'host',
    port: path,
    baudRate,
    timers: systemTimers,
    random: Math.random,
  })
  t.teardown(() => port.close())
  const bytes: number[] = []
  const chunks: number[] = []
  let state: DeviceState['state'] = 'connecting'
  port.onState(next => {
    state = next.state
  })
  port.onBytes(chunk => {
    bytes.push(...chunk)
    chunks.push(chunk.length)
  })
  return { port, bytes, chunks, isReady: () => state === 'ready' }
}

async function rig(t: Test, options: SerialWireOptions = {}) {
  const wire = await createSerialWire(options)
  t.teardown(() => wire.close())
  const heard: number[] = []
  let open = false
  wire.onBytes(bytes => heard.push(...bytes))
  wire.onHostOpen(() => {
    open = true
  })
  wire.onHostClose(() => {
    open = false
  })
  return { wire, heard, isOpen: () => open }
}

t.test('every byte passes unchanged in both directions, and nothing is echoed', async t => {
  const { wire, heard, isOpen } = await rig(t)
  const { port, bytes } = host(t, wire.path)
  await until('open', isOpen)
  await port.write(everyByte)
  await until('the device heard', () => heard.length === 256)
  wire.write(everyByte)
  await until('the host heard', () => bytes.length === 256)
  t.strictSame(Uint8Array.from(heard), everyByte)
  t.strictSame(Uint8Array.from(bytes), everyByte)
  await port.close()
  await until('closed', () => !isOpen())
  wire.write(everyByte)
  t.equal(wire.pendingBytes, 0, 'with no host there is nobody to send to')
})

t.test('a device that reads nothing holds the host up, and loses nothing', async t => {
  const { wire, heard, isOpen } = await rig(t)
  const { port, bytes } = host(t, wire.path)
  await until('open', isOpen)
  wire.stall(true)
  let isTaken = false
  const written = port.write(new Uint8Array(60_000).fill(65)).then(() => {
    isTaken = true
  })
  wire.write(everyByte)
  await until('the host heard', () => bytes.length === 256)
  t.notOk(isTaken, 'more than the line holds')
  t.ok(heard.length < 60_000)
  wire.stall(false)
  await written
  await until('all', () => heard.length === 60_000)
})

t.test('bytes take the time of their baud rate', async t => {
  for (const [baudRate, bytesCount] of [
    [9600, 100],
    [115_200, 1000],
  ] as const) {
    const { wire, isOpen } = await rig(t, { baudRate })
    const { bytes } = host(t, wire.path, baudRate)
    await until('open', isOpen)
    const startMs = performance.now()
    wire.write(new Uint8Array(bytesCount).fill(65))
    await until('all', () => bytes.length === bytesCount)
    const tookMs = performance.now() - startMs
    t.ok(tookMs >= (bytesCount * 10_000) / baudRate - 1, `${baudRate}: ${tookMs.toFixed(0)} ms`)
  }
})

t.test('the path stays over unplug and replug, and is gone in between', async t => {
  const { wire, isOpen } = await rig(t)
  const { port, isReady } = host(t, wire.path)
  await until('open', () => isOpen() && isReady())
  const first = readlinkSync(wire.path)
  t.ok(existsSync(first))
  wire.unplug()
  wire.unplug()
  t.notOk(existsSync(wire.path))
  await until('noticed', () => !isReady() && !isOpen())
  await t.rejects(port.write(everyByte), { code: 'DEVICE_DETACHED' })
  await wire.replug()
  await wire.replug()
  await until('open again', () => isOpen() && isReady())
})

t.test('faults: split, delayed, lost, added and turned bytes, by a seed', async t => {
  let state = 7
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const split = await rig(t, { faults: { random, splitBytes: 3, delayMs: 5 } })
  const splitHost = host(t, split.wire.path)
  await until('open', split.isOpen)
  split.wire.write(everyByte)
  await until('all', () => splitHost.bytes.length === 256)
  t.strictSame(Uint8Array.from(splitHost.bytes), everyByte, 'splits and delays change no byte')

  const spoilt = await rig(t, { faults: { random, flip: 0.05, drop: 0.05, insert: 0.05 } })
  const spoiltHost = host(t, spoilt.wire.path)
  await until('open', spoilt.isOpen)
  spoilt.wire.write(everyByte)
  await until('most', () => spoiltHost.bytes.length > 200)
  t.notSame(Uint8Array.from(spoiltHost.bytes), everyByte)
})

t.test('a null modem joins two hosts', async t => {
  const cable = await createNullModem({ baudRate: 115_200 })
  t.teardown(() => cable.close())
  const a = host(t, cable.pathA)
  const b = host(t, cable.pathB)
  await until('both open', () => a.isReady() && b.isReady())
  const ask = setInterval(() => void a.port.write(Buffer.from('?')).catch(() => {}), 20)
  await until('the far end hears', () => b.bytes.length > 0)
  clearInterval(ask)
  b.bytes.length = 0
  let tapped = ''
  cable.tap.onBytes(bytes => {
    tapped += Buffer.from(bytes)
  })
  await a.port.write(Buffer.from('show gate\r'))
  await until('the line', () => Buffer.from(b.bytes).toString().endsWith('show gate\r'))
  await b.port.write(Buffer.from('READY'))
  await until('the answer', () => Buffer.from(a.bytes).toString() === 'READY')
  t.equal(tapped.endsWith('show gate\r'), true, 'a tap hears what end A says, and nothing of end B')
  cable.tap.write(Buffer.from('?'))
  await until('the tap is heard', () => Buffer.from(a.bytes).toString() === 'READY?')
  cable.unplug('b')
  await until('b notices', () => !b.isReady())
  t.ok(a.isReady())
  await cable.replug('b')
  await until('b is back', () => b.isReady())
})
