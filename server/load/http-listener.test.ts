import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { systemTimers } from '../clock.ts'
import { listenForHttp } from './http-listener.ts'

const AT = { host: '127.0.0.1', port: 0, headersMs: 1000, requestMs: 1000, stillMs: 300 }
const LARGE = 'x'.repeat(32 * 1_048_576)

async function listening(t: Test, answer: (request: Request) => Response | Promise<Response>) {
  const http = await listenForHttp(answer, { ...AT, timers: systemTimers })
  t.teardown(() => http.stop())
  return { ...http, port: Number(new URL(http.url).port) }
}

t.test('an answer that nobody takes ends its connection, and the next is answered', async t => {
  const http = await listening(t, () => new Response(LARGE))
  const socket = connect(http.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  // What nobody reads stays in the buffers, which hold less than the answer.
  await sleep(4 * AT.stillMs)
  let taken = 0
  socket.on('data', chunk => {
    taken += chunk.length
  })
  await once(socket, 'close')
  t.ok(taken < LARGE.length, `${taken} bytes before its end`)
  t.equal((await (await fetch(http.url)).text()).length, LARGE.length, 'who reads has all of it')
})

t.test('more requests at once than one client has reason for end their connection', async t => {
  const waiting: (() => void)[] = []
  const http = await listening(t, async ({ url }) => {
    if (url.endsWith('/wait')) await new Promise<void>(resolve => waiting.push(resolve))
    return new Response('ok')
  })
  const ask = (times: number) => {
    const socket = connect(http.port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.write('GET /wait HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(times))
    return socket
  }
  await once(ask(17), 'close')
  const patient = ask(16)
  t.equal(await (await fetch(http.url)).text(), 'ok')
  t.notOk(patient.destroyed)
  for (const resolve of waiting) resolve()
  patient.end()
})
