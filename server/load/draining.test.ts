import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setImmediate as nextRound } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { systemTimers } from '../clock.ts'
import { drainSlowly } from './draining.ts'
import { DRAIN_BYTES_A_LOOK, DRAIN_LOOK_MS } from './limits.ts'

const MIB = 1_048_576

/** Refuses each POST by its headers alone. */
async function refusing(t: Test) {
  const server = createServer(
    drainSlowly((request, response) => {
      response.writeHead(request.method === 'POST' ? 401 : 200, { 'content-length': 2 }).end('no')
    }, systemTimers),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** A sender of a body, and all that it was answered. */
function sender(port: number, bytes: number) {
  const socket = connect(port, '127.0.0.1')
  let got = ''
  socket.on('error', () => {})
  socket.on('data', chunk => {
    got += chunk.toString('latin1')
  })
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${bytes}\r\n\r\n`)
  const sent = new Promise<void>(resolve => socket.write(Buffer.alloc(bytes, 'a'), () => resolve()))
  return { socket, sent, answers: () => got.match(/HTTP\/1\.1 \d+/g) ?? [] }
}

async function answered(socket: Socket, answers: () => readonly string[], n: number) {
  while (answers().length < n) await once(socket, 'data')
}

t.test('who sends a body that is refused reads the answer, and may ask again', async t => {
  const { port } = await refusing(t)
  const one = sender(port, 8 * MIB)
  await answered(one.socket, one.answers, 1)
  await one.sent
  one.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await answered(one.socket, one.answers, 2)
  t.same(one.answers(), ['HTTP/1.1 401', 'HTTP/1.1 200'])
  one.socket.destroy()
})

t.test('many bodies together are thrown away at one rate', async t => {
  const { server, port } = await refusing(t)
  const accepted: Socket[] = []
  server.on('connection', socket => accepted.push(socket))
  const all = Array.from({ length: 40 }, () => sender(port, 8 * MIB))
  await Promise.all(all.map(({ socket, answers }) => answered(socket, answers, 1)))
  const read = () => accepted.reduce((sum, { bytesRead }) => sum + bytesRead, 0)
  const [from, began] = [read(), performance.now()]
  while (read() - from < 32 * MIB) await nextRound()
  const ms = performance.now() - began
  // The last one of a look is read whole, as far as it has come.
  const looks = (32 * MIB) / (DRAIN_BYTES_A_LOOK + 2 * 64 * 1024)
  t.ok(ms > 0.8 * looks * DRAIN_LOOK_MS, `${ms.toFixed()} ms for 32 MiB of ${all.length} bodies`)
  for (const { socket } of all) socket.destroy()
})

t.test('a connection that ends while its body is thrown away is forgotten', async t => {
  const timers = () => process.getActiveResourcesInfo().filter(one => one === 'Timeout').length
  const before = timers()
  const { server, port } = await refusing(t)
  const all = Array.from({ length: 20 }, () => sender(port, 32 * MIB))
  await Promise.all(all.map(({ socket, answers }) => answered(socket, answers, 1)))
  for (const { socket } of all) socket.destroy()
  const last = sender(port, MIB)
  await answered(last.socket, last.answers, 1)
  await last.sent
  last.socket.destroy()
  const closed = once(server, 'close')
  server.close()
  await closed
  const until = performance.now() + 100 * DRAIN_LOOK_MS
  while (timers() > before && performance.now() < until) await nextRound()
  t.equal(timers(), before, 'it looks after none of them any more')
})
