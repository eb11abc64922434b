import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { systemTimers } from '../../hardware/system-time.ts'
import { METRICS_CONNECTION_MS_MAX } from '../limits.ts'
import { serveMetrics } from './metrics-server.ts'

const GET = 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'

t.test(
  'clients that ask again and again and read nothing hold neither memory nor the port',
  async t => {
    let rendered = 0
    const server = await serveMetrics(
      0,
      () => {
        rendered += 1
        return `figure ${rendered}\n`.repeat(2000)
      },
      systemTimers,
    )
    t.teardown(() => server.close())
    const before = process.memoryUsage().rss
    const clients: Socket[] = []
    for (let i = 0; i < 50; i += 1) {
      const socket = connect(server.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.pause()
      socket.write(GET.repeat(5000))
      clients.push(socket)
    }
    t.teardown(() => {
      for (const socket of clients) socket.destroy()
    })
    const signal = AbortSignal.timeout(3 * METRICS_CONNECTION_MS_MAX)
    let text = ''
    while (text === '') {
      signal.throwIfAborted()
      text = await fetch(`http://127.0.0.1:${server.port}/metrics`)
        .then(answer => answer.text())
        .catch(() => '')
    }
    t.match(text, /^figure/, 'others are answered')
    t.ok(rendered <= 60, `${rendered} answers were made for 250,000 requests`)
    const grown = process.memoryUsage().rss - before
    // The clients live in this process too; without the bounds it is 2.8 GB.
    t.ok(grown < 400e6, `memory grew by ${grown} bytes`)
  },
)

t.test('a connection that says nothing is ended, and others take its place', async t => {
  const server = await serveMetrics(0, () => 'figure 1\n', systemTimers)
  t.teardown(() => server.close())
  const silent = Array.from({ length: 20 }, () => connect(server.port, '127.0.0.1'))
  for (const socket of silent) socket.on('error', () => {})
  await Promise.all(silent.map(socket => once(socket.resume(), 'close')))
  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`)
  t.equal(await answer.text(), 'figure 1\n')
})
