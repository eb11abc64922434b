import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Timers } from '../../hardware/ports.ts'
import { until } from '../../hardware/sim/until.ts'
import { eventLines, followEvents } from './event-stream.ts'
import { EVENT_ABSENT_MS, EVENT_LINE_BYTES_MAX } from './limits.ts'

/** Real timers that run `factor` times faster than asked, and remember what was asked. */
function quickTimers(asked: number[], factor = 1000): Timers {
  return {
    after(delayMs, run) {
      asked.push(delayMs)
      const timer = setTimeout(run, delayMs / factor)
      return () => clearTimeout(timer)
    },
  }
}

async function serve(
  t: { teardown(run: () => void): void },
  listener: RequestListener,
): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const slow: Timers = { after: () => () => {} }
const head = { 'content-type': 'text/event-stream' }

t.test(
  'each data line asks for a poll; comments do not; a lost stream is opened again',
  async t => {
    const open: ServerResponse[] = []
    const url = await serve(t, (_, response) => {
      response.writeHead(200, head).write(': hello\n\n')
      open.push(response)
    })
    let polls = 0
    const stop = followEvents({
      url,
      fetch,
      timers: quickTimers([], 10),
      fraction: () => 0,
      retryMs: 100,
      onPoll: () => polls++,
    })
    await until('a stream is opened', () => open.length === 1)
    open[0]?.write('event: manifest\ndata: 17\n\n')
    await until('a poll is asked for', () => polls === 1)
    open[0]?.write('da')
    open[0]?.write('ta\n\n')
    await until('a poll is asked for', () => polls === 2)
    open[0]?.destroy()
    await until('a stream is opened', () => open.length === 2)
    open[1]?.write('data: 18\r\n\r\n')
    await until('a poll is asked for', () => polls === 3)
    stop()
    await until('the stream is let go', () => open[1]?.destroyed === true)
  },
)

t.test('a service without a stream is left alone for minutes', async t => {
  for (const [status, type] of [
    [404, 'application/problem+json'],
    [200, 'text/html'],
  ] as const) {
    const asked: number[] = []
    let requests = 0
    const url = await serve(t, (_, response) => {
      requests++
      response.writeHead(status, { 'content-type': type }).end('no')
    })
    const timers: Timers = {
      after: (ms, run) => {
        asked.push(ms)
        return slow.after(ms, run)
      },
    }
    const stop = followEvents({
      url,
      fetch,
      timers,
      fraction: () => 0.99,
      retryMs: 100,
      onPoll: () => t.fail('no event came'),
    })
    await until('the absent stream is waited for', () =>
      asked.some(ms => ms > EVENT_ABSENT_MS * 0.9 && ms <= EVENT_ABSENT_MS),
    )
    t.equal(requests, 1)
    stop()
  }
})

t.test('failures back off to a minute and for ever', async t => {
  const asked: number[] = []
  let requests = 0
  const failing = async () => {
    requests++
    throw new TypeError('fetch failed')
  }
  const stop = followEvents({
    url: 'http://127.0.0.1:1/',
    fetch: failing,
    timers: quickTimers(asked, 10_000),
    fraction: () => 0.9999,
    retryMs: 1000,
    onPoll: () => t.fail('no event came'),
  })
  await until('it is asked for again', () => requests >= 12)
  stop()
  const pauses = asked.filter(ms => ms !== 120_000)
  const seconds = pauses.slice(0, 8).map(ms => Math.round(ms / 1000))
  t.same(seconds, [1, 2, 4, 8, 16, 32, 60, 60])
  t.ok(pauses.every(ms => ms <= 60_000))
})

t.test('a service that has no room for one more stream is asked again within a minute', async t => {
  for (const status of [429, 503]) {
    const asked: number[] = []
    let requests = 0
    const url = await serve(t, (_, response) => {
      requests++
      response.writeHead(status, { 'retry-after': '60' }).end('no')
    })
    const stop = followEvents({
      url,
      fetch,
      timers: quickTimers(asked, 10_000),
      fraction: () => 0.9999,
      retryMs: 1000,
      onPoll: () => t.fail('no event came'),
    })
    await until('it is asked for again', () => requests >= 8)
    stop()
    t.ok(
      asked.every(ms => ms <= 120_000),
      `${status}: ${asked.join(' ')}`,
    )
  }
})

t.test('an endless line closes the stream', async t => {
  const line = eventLines()
  t.equal(line(Buffer.alloc(EVENT_LINE_BYTES_MAX, 0x61)), false)
  t.equal(line(Buffer.from('a')), 'too long')
  const next = eventLines()
  t.equal(next(Buffer.from('data\n')), true)
  t.equal(next(Buffer.from('database: no\n')), false)
})
