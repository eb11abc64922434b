import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate as nextRound } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { systemTimers } from '../clock.ts'
import { drainSlowly } from './draining.ts'
import { DRAIN_BYTES_A_LOOK, DRAIN_LOOK_MS } from './limits.ts'

const MIB = 1_048_576

/** Refuses each POST by its headers alone, and each PUT when as much has come of it as is read ahead. */
async function refusing(t: Test) {
  const server = createServer(
    drainSlowly((asked, response) => {
      const { method } = asked
      const answer = () =>
        response.writeHead(method === 'GET' ? 200 : 401, { 'content-length': 2 }).end('no')
      const answerLater = () => {
        const isFull = asked.readableLength >= asked.readableHighWaterMark
        if (asked.complete || isFull) answer()
        else setImmediate(answerLater)
      }
      if (method === 'PUT') answerLater()
      else answer()
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

t.test('who sends a body that is refused can send it all, and reads the answer', async t => {
  const { server, port } = await refusing(t)
  const connected = once(server, 'connection')
  // It leaves the end of the connection to the server.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [accepted] = (await connected) as [Socket]
  const closed = once(accepted, 'close')
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${8 * MIB}\r\n\r\n`)
  // A sender that does not read before it has sent.
  await new Promise(resolve => socket.write(Buffer.alloc(8 * MIB, 'a'), resolve))
  const answer = await text(socket)
  t.match(answer, /^HTTP\/1\.1 401 Unauthorized\r\n/)
  t.match(answer, /\r\nconnection: close\r\n/i)
  t.equal(answer.match(/HTTP/g)?.length, 1)
  const [hadError] = await closed
  t.equal(hadError, false, 'the connection ends in order')
  t.ok(accepted.bytesRead > 8 * MIB, 'behind the whole body')
  socket.destroy()
})

t.test('a refused sender is told that nothing follows, long before its body is whole', async t => {
  const { server, port } = await refusing(t)
  const connected = once(server, 'connection')
  const { socket } = sender(port, 32 * MIB)
  const [accepted] = (await connected) as [Socket]
  await once(socket, 'end')
  t.ok(accepted.bytesRead < 16 * MIB, `${accepted.bytesRead} bytes read by then`)
  socket.destroy()
})

t.test('the next request of a client that was refused does not wait behind its body', async t => {
  const { server, port } = await refusing(t)
  let connections = 0
  server.on('connection', () => connections++)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const send = async (method: string, body = '') => {
    const sent = request({ agent, port, method, headers: { 'content-length': body.length } })
    sent.end(body)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    await text(answer)
    return answer.statusCode
  }
  const stuck = Array.from({ length: 40 }, () => sender(port, 8 * MIB))
  await Promise.all(stuck.map(({ socket, answers }) => answered(socket, answers, 1)))
  // All of it is on its way before the answer.
  t.equal(await send('PUT', 'a'.repeat(MIB)), 401)
  t.equal(await send('GET'), 200)
  t.equal(connections, stuck.length + 2, 'a connection of its own')
  for (const { socket } of stuck) socket.destroy()
})

t.test('a body that is whole before its answer leaves the connection open', async t => {
  const { port } = await refusing(t)
  const socket = connect(port, '127.0.0.1')
  socket.write('PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody')
  await once(socket, 'data')
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  t.match(await text(socket), /^HTTP\/1\.1 200 /)
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
