/**
 * One address that opens as many connections as it can, against the real program with 256 descriptors:
 * event streams, requests that never end, or nothing at all. Others are answered meanwhile.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld } from '../../fixtures/world.ts'
import { sharesOf } from '../load/connection-shares.ts'
import { CONNECTION_MAKES_ROOM_MS, CONNECTIONS, STREAMS_OF_ADDRESS_MAX } from '../load/limits.ts'
import { fromAddress } from '../testing/from-address.ts'

const DESCRIPTORS = 256
const GREEDY = 400
const { all, address, streams } = sharesOf(CONNECTIONS, 0, DESCRIPTORS)

t.test('no address and no kind has all, whatever there is', async t => {
  t.same(sharesOf(4096, 0, 1_048_576), {
    all: 4096,
    address: 2048,
    streams: { all: 2048, address: STREAMS_OF_ADDRESS_MAX },
  })
  t.same(sharesOf(4096, 1, 256), { all: 160, address: 160, streams: { all: 80, address: 40 } })
  t.equal(sharesOf(4096, 0, 20).all, 32, 'a few in any case')
})

const world = await createWorld({ dir: tempDir(), lanes: [] })
const child = spawn(
  'sh',
  [
    ...['-c', `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`, process.execPath],
    ...[join(ROOT, 'server/main.ts'), '--config', world.serverConfigFile],
  ],
  { stdio: ['ignore', 'pipe', 'pipe'] },
)
let log = ''
child.stderr.on('data', chunk => {
  log += chunk
})
t.teardown(async () => {
  child.kill()
  await world.close()
})
const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
const url = (JSON.parse(line) as { listening: string }).listening

interface Held {
  readonly socket: Socket
  head(): string
}

/** Resolves with the head of the answer, when the connection ended, or once `text` is out, if asked. */
function hold(from: string, text: string, waits = true): Promise<Held> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), localAddress: from })
  let got = ''
  socket.on('error', () => {})
  return new Promise(resolve => {
    const settle = () => resolve({ socket, head: () => got })
    socket.on('data', chunk => {
      got += chunk
      if (got.includes('\r\n\r\n')) settle()
    })
    socket.on('close', settle)
    socket.on('connect', () => socket.write(text, waits ? undefined : settle))
  })
}

const STREAM = 'GET /v1/trust/events HTTP/1.1\r\nhost: x\r\n\r\n'

function end(held: readonly Held[]): Promise<unknown> {
  return Promise.all(
    held
      .filter(({ socket }) => !socket.destroyed)
      .map(({ socket }) => {
        socket.destroy()
        return once(socket, 'close')
      }),
  )
}

/** Health, staff and a gate's poll, from an address of their own. */
async function othersAreAnswered(t: Test, what: string): Promise<void> {
  const other = fromAddress(url, '127.0.0.9')
  const began = performance.now()
  t.equal((await other.call('/healthz')).status, 200, `${what}: health`)
  t.equal((await other.call('/v1/trust/manifest')).status, 200, `${what}: a poll`)
  const { email, password } = world.accounts.operator
  const signedIn = await other.post('/v1/auth/sign-in/email', { email, password })
  t.equal(signedIn.status, 200, `${what}: sign-in`)
  const ms = performance.now() - began
  t.ok(ms < 5000, `${what}: within ${ms.toFixed()} ms`)
}

t.test('event streams: so many an address, and others go on polling', async t => {
  const held = await Promise.all(Array.from({ length: GREEDY }, () => hold('127.0.0.2', STREAM)))
  const open = held.filter(({ head }) => head().startsWith('HTTP/1.1 200'))
  t.equal(open.length, streams.address)
  const refused = held.filter(({ head }) => head().startsWith('HTTP/1.1 429'))
  t.ok(refused.length > 0)
  for (const { head } of refused) t.match(head(), /retry-after: 60/)
  await othersAreAnswered(t, 'streams')
  await end(held)
  const deadline = performance.now() + 5000
  let again = await hold('127.0.0.2', STREAM)
  while (!again.head().startsWith('HTTP/1.1 200') && performance.now() < deadline) {
    await end([again])
    again = await hold('127.0.0.2', STREAM)
  }
  t.match(again.head(), /^HTTP\/1.1 200/, 'their places are free again')
  await end([again])
})

t.test('asking for the head of a stream alone takes no place', async t => {
  const head = STREAM.replace('GET', 'HEAD')
  for (let n = 0; n <= streams.address; n++) {
    const held = await hold('127.0.0.3', head)
    t.match(held.head(), /^HTTP\/1.1 200.*text\/event-stream/s)
    await end([held])
  }
  const stream = await hold('127.0.0.3', STREAM)
  t.match(stream.head(), /^HTTP\/1.1 200/)
  await end([stream])
})

t.test('event streams of many addresses: half of all', async t => {
  const from = Array.from({ length: GREEDY }, (_, n) => `127.0.3.${1 + Math.floor(n / 20)}`)
  const held = await Promise.all(from.map(one => hold(one, STREAM)))
  const count = (status: string) => held.filter(({ head }) => head().includes(status)).length
  t.equal(count('HTTP/1.1 200'), streams.all)
  t.ok(count('HTTP/1.1 503') > 0)
  await end(held)
})

t.test('headers that come slowly, or not at all: nobody is kept out for long', async t => {
  for (const text of ['GET /healthz HTTP/1.1\r\nx', '\r\n']) {
    const held = await Promise.all(
      Array.from({ length: GREEDY }, (_, n) => hold(`127.0.4.${1 + (n % 8)}`, text, false)),
    )
    await sleep(CONNECTION_MAKES_ROOM_MS)
    const open = held.filter(({ socket }) => !socket.destroyed).length
    t.ok(open <= all, `${open} of ${GREEDY} are open`)
    await othersAreAnswered(t, 'slow headers')
    await end(held)
  }
})

t.test('connections that were kept after an answer make room as well', async t => {
  const asked = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'
  const own = await Promise.all(Array.from({ length: GREEDY }, () => hold('127.0.5.1', asked)))
  t.ok(own.filter(({ socket }) => !socket.destroyed).length <= address)
  await othersAreAnswered(t, 'kept by one')
  const others = await Promise.all(
    Array.from({ length: all }, (_, n) => hold(`127.0.6.${1 + (n % 8)}`, asked)),
  )
  await sleep(CONNECTION_MAKES_ROOM_MS)
  await othersAreAnswered(t, 'kept by many')
  await end([...own, ...others])
  t.notMatch(log, /"level":50|EMFILE/, 'and no descriptor was missing')
})
