import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { guardSocket } from './guarded-socket.ts'
import { CONNECTION_LIMITS, PACKET_BYTES_MAX } from './limits.ts'

const PING = Buffer.of(0xc0, 0)

/** Both ends of a real connection; the server's is guarded, on timers that move by hand. */
async function pair(t: Test) {
  const time = createVirtualTime()
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const far = createConnection((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  const near = guardSocket(socket, time.timers, CONNECTION_LIMITS)
  near.on('error', () => {})
  far.on('error', () => {})
  t.teardown(() => {
    far.destroy()
    near.destroy()
    server.close()
  })
  return { time, far, near, socket }
}

t.test('bytes go both ways, and an end is an end', async t => {
  const { far, near } = await pair(t)
  far.write(PING)
  const [chunk] = await once(near, 'data')
  t.same(chunk, PING)
  near.write('pong')
  t.same(String((await once(far, 'data'))[0]), 'pong')
  far.end()
  await once(near, 'end')
  t.equal(near.read(), null, 'nothing comes after the end')
  t.ok(near.readableEnded)
})

t.test('who sends more than its share waits for as long as that would have taken', async t => {
  const { time, far, near } = await pair(t)
  const seconds = 3
  const pings = Buffer.alloc(2 * seconds * CONNECTION_LIMITS.packetsPerS, PING)
  let bytes = 0
  near.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  far.write(pings)
  while (bytes < pings.length) await new Promise(resolve => setImmediate(resolve))
  far.write(PING)
  for (let i = 0; i < 50; i++) await new Promise(resolve => setImmediate(resolve))
  await time.advanceAsync(seconds * 1000 - 1)
  for (let i = 0; i < 50; i++) await new Promise(resolve => setImmediate(resolve))
  t.equal(bytes, pings.length, 'not read yet')
  await time.advanceAsync(1)
  while (bytes === pings.length) await new Promise(resolve => setImmediate(resolve))
  t.equal(bytes, pings.length + 2)
})

t.test('a packet that is too long ends the connection by its header', async t => {
  const { far, near } = await pair(t)
  near.resume()
  const length = PACKET_BYTES_MAX
  far.write(
    Uint8Array.of(0x30, 0x80 | (length & 0x7f), 0x80 | ((length >> 7) & 0x7f), length >> 14),
  )
  await once(far, 'close')
  t.ok(near.destroyed)
})
