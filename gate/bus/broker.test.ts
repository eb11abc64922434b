/** Gates over real brokers on loopback, and peers that mean no good. */
import { randomBytes } from 'node:crypto'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import { Worker } from 'node:worker_threads'
import { Aedes } from 'aedes'
import { connectAsync, type MqttClient } from 'mqtt'
import t, { type Test } from 'tap'
import { settle } from '../../fixtures/clock.ts'
import { until, untilSettled } from '../../hardware/sim/until.ts'
import { systemTimers } from '../../hardware/system-time.ts'
import { CERTIFICATE, KEY } from '../testing/bus/certificate.ts'
import { embeddedStation } from '../testing/bus/embedded.ts'
import { createCrew, createPeer, factsOf, openOpenBroker } from '../testing/bus/peers.ts'
import {
  MESSAGE_BYTES_MAX,
  PACKET_BYTES_MAX,
  SENDER_MESSAGES_BURST,
  STRANGER_EVERY_MS,
} from './limits.ts'
import { type Message, signMessage, topicOf } from './message.ts'
import { createStrangerWatch } from './stranger.ts'
import { clientIdOf, makeTicket } from './ticket.ts'

const idOf = (gate: string): string => clientIdOf(gate, 'a'.repeat(16))

t.test('three gates share through one of them; a snapshot goes to who asked', async t => {
  const { one, two, others } = await embeddedStation(t, ['g1', 'g2', 'g3'])
  const three = others[1] as typeof two
  const said = factsOf('g1', 1)
  one.link.send(said)
  for (const peer of [two, three]) {
    await peer.event('facts', event => event.type === 'message')
    t.same(peer.messages, [said])
  }
  const { facts: _, ...head } = factsOf('g2', 0)
  const page = { ...head, kind: 'snapshot', to: 'g3', nonce: 'a'.repeat(16), page: 0 } as const
  two.link.send({ ...page, last: true, facts: [] })
  two.link.send(factsOf('g2', 1))
  await one.event('facts', event => event.type === 'message')
  await three.event('all three', () => three.messages.length === 3)
  t.same(
    one.messages.map(message => message.kind),
    ['facts'],
  )
  t.same(
    three.messages.map(message => message.kind),
    ['facts', 'snapshot', 'facts'],
    'in the order in which they were said',
  )
})

const refusal = async (client: Promise<MqttClient>) => {
  try {
    ;(await client).end(true)
    return 'let in'
  } catch (error) {
    return (error as Error).message
  }
}

t.test(
  'the embedded broker lets in who the manifest names, by a ticket that is good once',
  async t => {
    const { crew, url, works, two } = await embeddedStation(t, ['g1', 'g2'], ['g4'])
    const once = { protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 3000 } as const
    const knock = (
      clientId: string,
      username: string | undefined,
      password: string | undefined,
    ) => {
      const login = username === undefined ? {} : { username }
      const key = password === undefined ? {} : { password }
      return refusal(
        connectAsync(url, { ...once, clientId: idOf(clientId), ...login, ...key, keepalive: 10 }),
      )
    }
    const other = createCrew(['g4'])
    const good = await makeTicket('north', 'g4', crew.privateKey('g4'), randomBytes)
    t.match(await knock('g4', undefined, undefined), /Not authorized/)
    t.match(await knock('g4', 'g4', 'secret'), /Not authorized/)
    t.match(
      await knock('g4', 'g4', await makeTicket('north', 'g4', other.privateKey('g4'), randomBytes)),
      /Not auth/,
    )
    t.match(
      await knock('g4', 'g4', await makeTicket('south', 'g4', crew.privateKey('g4'), randomBytes)),
      /Not auth/,
    )
    t.match(await knock('g2', 'g4', good), /Not authorized/, 'another’s name')
    t.match(await knock('g9', 'g9', good), /Not authorized/, 'a gate of no manifest')
    const message = await signMessage(factsOf('g4', 1), crew.privateKey('g4'))
    t.match(await knock('g4', 'g4', message), /Not authorized/, 'a message is no ticket')
    t.equal(await knock('g4', 'g4', good), 'let in')
    t.match(await knock('g4', 'g4', good), /Not authorized/, 'the same ticket again')
    await works()
    t.notOk(two.events.some(event => event.type === 'state' && !event.up))
  },
)

t.test('a sibling speaks on its own topics alone, and nothing stays behind', async t => {
  const { crew, url, works, two } = await embeddedStation(t, ['g1', 'g2'], ['g4'])
  const attempts: [string, (client: MqttClient) => void][] = [
    ['another’s topic', client => client.publish('wicketgate/north/g1/facts', 'x')],
    ['no topic of ours', client => client.publish('elsewhere', 'x')],
    ['retained', client => client.publish('wicketgate/north/g4/facts', 'x', { retain: true })],
    ['QoS 1', client => client.publish('wicketgate/north/g4/facts', 'x', { qos: 1 })],
  ]
  for (const [what, attempt] of attempts) {
    const password = await makeTicket('north', 'g4', crew.privateKey('g4'), randomBytes)
    const client = await connectAsync(url, {
      ...{ protocolVersion: 4, reconnectPeriod: 0, clientId: idOf('g4'), username: 'g4', password },
      keepalive: 10,
    })
    client.on('error', () => {})
    const closed = new Promise<void>(resolve => client.once('close', () => resolve()))
    attempt(client)
    await works()
    await untilSettled(`${what}: it is let go`, closed)
    client.end(true)
  }
  t.equal(two.messages.filter(message => message.gate === 'g4').length, 0)
})

function raw(t: Test, port: number): Socket {
  const socket = createConnection({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  t.teardown(() => socket.destroy())
  return socket
}
const closing = (socket: Socket) =>
  new Promise<void>(resolve => socket.once('close', () => resolve()))

t.test('garbage, packets too long: each ends by itself, the station goes on', async t => {
  const { port, works } = await embeddedStation(t)
  const bytes: [string, Uint8Array][] = [
    ['text', Buffer.from('GET / HTTP/1.1\r\nhost: gate\r\n\r\n'.repeat(50))],
    ['zeros', new Uint8Array(5000)],
    ['a reserved type', Buffer.from([0xff, 0x00])],
    ['a length of five bytes', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ['the longest of all', Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])],
    ['something before CONNECT', Buffer.from([0xc0, 0x00])],
  ]
  for (const [what, sent] of bytes) {
    const socket = raw(t, port)
    const closed = closing(socket)
    socket.write(sent)
    await closed
    await works()
    t.pass(what)
  }
  await works()
})

t.test('on any broker: what is not a sibling’s own word is counted and dropped', async t => {
  const broker = await openOpenBroker(t)
  const crew = createCrew(['g1', 'g2', 'g3'])
  const one = createPeer(t, crew, 'g1', { url: broker.url })
  await one.up()
  const peer = await connectAsync(broker.url, { protocolVersion: 4 })
  t.teardown(() => peer.end(true))
  const by = (name: string) => crew.privateKey(name)
  const say = (topic: string, payload: string | Buffer) => peer.publishAsync(topic, payload)
  const signed = (message: Message, name = message.gate) => signMessage(message, by(name))
  const facts = factsOf('g2', 1)
  const topic = topicOf(facts)
  const cases: [Parameters<typeof one.ignored>[0], string, string | Buffer][] = [
    ['BAD_SIGNATURE', topic, 'garbage'],
    ['BAD_SIGNATURE', topic, Buffer.alloc(3000, 0xff)],
    ['BAD_SIGNATURE', topic, ''],
    ['BAD_SIGNATURE', topic, await signed(facts, 'g3')],
    ['BAD_SIGNATURE', topic, `${(await signed(facts)).slice(0, -6)}AAAAAA`],
    ['BAD_SIGNATURE', topic, await makeTicket('north', 'g2', by('g2'), randomBytes)],
    ['BAD_SIGNATURE', topic, `eyJhbGciOiJub25lIn0.${(await signed(facts)).split('.')[1]}.`],
    ['MALFORMED', topic, await signed({ ...facts, gate: 'g3' }, 'g2')],
    ['MALFORMED', topic, await signed({ ...facts, station: 'south' })],
    ['MALFORMED', topic, await signed({ ...facts, kind: 'hello' } as unknown as Message)],
    ['MALFORMED', topic, await signed({ ...facts, facts: Array(201).fill(facts.facts[0]) })],
    ['MALFORMED', topic, await signed({ ...facts, more: 1 } as Message)],
    ['WRONG_TOPIC', 'wicketgate/north/g2/snapshot/g1/more', 'x'],
    ['UNKNOWN_GATE', 'wicketgate/north/evil/facts', await signed({ ...facts, gate: 'evil' }, 'g2')],
    ['OVERSIZE', topic, Buffer.alloc(MESSAGE_BYTES_MAX + 1, 'a')],
    ['BAD_SIGNATURE', topic, Buffer.alloc(MESSAGE_BYTES_MAX, 'a')],
  ]
  const expected = new Map<string, number>()
  for (const [reason, where, payload] of cases) {
    // A topic that is not subscribed does not even arrive.
    if (reason !== 'WRONG_TOPIC' && reason !== 'UNKNOWN_GATE')
      expected.set(reason, (expected.get(reason) ?? 0) + 1)
    await say(where, payload)
  }
  await say(topic, await signed(facts))
  await one.event('the good one', event => event.type === 'message')
  await one.event('counts', () =>
    [...expected].every(([reason, times]) => one.ignored(reason as never) === times),
  )
  t.same(one.messages, [facts], 'and a true word is heard')
})

t.test('a flood of one name is cut down, others are heard, the main loop goes on', async t => {
  const broker = await openOpenBroker(t)
  const crew = createCrew(['g1', 'g2', 'g3'])
  const one = createPeer(t, crew, 'g1', { url: broker.url })
  const three = createPeer(t, crew, 'g3', { url: broker.url })
  await Promise.all([one.up(), three.up()])
  const forged = await signMessage(factsOf('g2', 1), crew.privateKey('g3'))
  const flood = new Worker(
    `const { workerData } = require('node:worker_threads')
     const client = require('mqtt').connect(workerData.url, { protocolVersion: 4 })
     client.on('connect', () => {
       for (let i = 0; i < 5000; i++) client.publish('wicketgate/north/g2/facts', workerData.forged)
       client.end()
     })`,
    { eval: true, workerData: { url: broker.url, forged } },
  )
  await new Promise(resolve => flood.once('exit', resolve))
  await one.event('the flood', () => one.ignored('FLOOD') + one.ignored('BAD_SIGNATURE') >= 5000)
  t.ok(one.ignored('BAD_SIGNATURE') < 5000 / 2, `${one.ignored('BAD_SIGNATURE')} were looked at`)
  t.ok(one.ignored('BAD_SIGNATURE') >= SENDER_MESSAGES_BURST)
  three.link.send(factsOf('g3', 1))
  await one.event('g3', event => event.type === 'message' && event.message.gate === 'g3')
})

t.test('a flood in the names of no gate does not reach the gate', async t => {
  const broker = await openOpenBroker(t)
  const crew = createCrew(['g1', 'g2'])
  const one = createPeer(t, crew, 'g1', { url: broker.url })
  const two = createPeer(t, crew, 'g2', { url: broker.url })
  await Promise.all([one.up(), two.up()])
  const stranger = await connectAsync(broker.url, { protocolVersion: 4 })
  t.teardown(() => stranger.end(true))
  for (let i = 0; i < 3000; i++) stranger.publish(`wicketgate/north/made-up-${i}/facts`, 'x')
  // One that the gate does hear, behind all of them.
  await stranger.publishAsync('wicketgate/north/g2/facts', 'x', { qos: 1 })
  await one.event('what it hears', () => one.ignored('BAD_SIGNATURE') === 1)
  t.equal(one.ignored('UNKNOWN_GATE') + one.ignored('FLOOD'), 0)
  two.link.send(factsOf('g2', 1))
  await one.event('g2', event => event.type === 'message' && event.message.gate === 'g2')

  const more = createCrew(['g3'])
  const three = createPeer(t, { ...more, keys: [...crew.keys, ...more.keys] }, 'g3', {
    url: broker.url,
  })
  await three.up()
  one.link.setKeys([...crew.keys, ...more.keys])
  let seq = 0
  const saying = setInterval(() => three.link.send(factsOf('g3', ++seq)), 20)
  t.teardown(() => clearInterval(saying))
  await one.event('a new gate', event => event.type === 'message' && event.message.gate === 'g3')
})

t.test('a retained message of 20 MB, and strangers with the gates’ names: it goes on', async t => {
  const broker = await openOpenBroker(t)
  const stranger = await connectAsync(broker.url, { protocolVersion: 4 })
  t.teardown(() => stranger.end(true))
  const topic = 'wicketgate/north/g2/facts'
  await stranger.publishAsync(topic, Buffer.alloc(20_000_000, 'x'), { retain: true, qos: 1 })
  const crew = createCrew(['g1', 'g2'])
  const one = createPeer(t, crew, 'g1', { url: broker.url })
  const two = createPeer(t, crew, 'g2', { url: broker.url })
  await Promise.all([one.up(), two.up()])
  await one.event('left out', () => one.ignored('OVERSIZE') === 1)
  for (const clientId of ['g1', 'g2']) {
    const client = await connectAsync(broker.url, { protocolVersion: 4, clientId })
    t.teardown(() => client.end(true))
  }
  two.link.send(factsOf('g2', 1))
  await one.event('g2', event => event.type === 'message' && event.message.gate === 'g2')
  t.notOk([...one.events, ...two.events].some(event => event.type === 'state' && !event.up))
})

t.test('a broker that lets strangers in is told, and when it does no more', async t => {
  const open = await openOpenBroker(t)
  const crew = createCrew(['g1'])
  const one = createPeer(t, crew, 'g1', { url: open.url })
  const told = (is: boolean) =>
    one.event(`open ${is}`, event => event.type === 'open' && event.open === is)
  await told(true)
  await open.cut()
  let asked = 0
  const shut = await openOpenBroker(t, open.port, username => {
    asked += 1
    return username === 'g1'
  })
  await told(false)
  const login = { username: 'g1', password: 'a secret' }
  asked = 0
  const two = createPeer(t, crew, 'g1', { url: shut.url, login })
  await two.up()
  await until('both questions', () => asked >= 3)

  const half = await openOpenBroker(
    t,
    0,
    (username, password) => username === undefined || password === login.password,
  )
  const three = createPeer(t, crew, 'g1', { url: half.url, login })
  const open3 = await three.event('also one that needs no name', ({ type }) => type === 'open')
  t.match(open3, { open: true })
  t.notOk(
    two.events.some(({ type }) => type === 'open'),
    'one that was never open: nothing to tell',
  )
})

t.test('a broker is asked once an hour whether it lets strangers in', async t => {
  let nowMs = 0
  let asked = 0
  const watch = createStrangerWatch({
    random16: () => 'a'.repeat(16),
    timers: systemTimers,
    signal: new AbortController().signal,
    monotonicMs: () => nowMs,
    onOpen: () => t.fail('nobody has answered'),
    open() {
      asked += 1
      return new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }).destroy()
    },
  })
  watch(true)
  await until('both questions', () => asked === 2)
  nowMs = STRANGER_EVERY_MS - 1
  watch(true)
  watch(false)
  await settle(10)
  t.equal(asked, 2)
  nowMs += 1
  watch(false)
  await until('both questions again', () => asked === 4)
})

t.test('a gate hears its own hello come back', async t => {
  const broker = await openOpenBroker(t)
  const one = createPeer(t, createCrew(['g1']), 'g1', { url: broker.url })
  await one.up()
  const { facts: _, ...head } = factsOf('g1', 1)
  const hello: Message = { ...head, kind: 'hello', asks: [] }
  one.link.send(hello)
  await one.event('its own', event => event.type === 'message')
  t.same(one.messages, [hello])
})

t.test('a flood on the embedded broker leaves the main loop alone', async t => {
  const { crew, url, works, two } = await embeddedStation(t, ['g1', 'g2'], ['g4'])
  const password = await makeTicket('north', 'g4', crew.privateKey('g4'), randomBytes)
  const payload = 'x'.repeat(PACKET_BYTES_MAX - 100)
  const flood = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads')
     const { url, password, payload } = workerData
     const client = require('mqtt').connect(url, {
       protocolVersion: 4, clientId: 'g4-0123456789abcdef', username: 'g4', password, keepalive: 10,
     })
     client.on('error', () => {})
     client.on('connect', () => {
       for (let i = 0; i < 200; i++) client.publish('wicketgate/north/g4/facts', payload)
       parentPort.postMessage('begun')
     })`,
    { eval: true, workerData: { url, password, payload } },
  )
  await new Promise(resolve => flood.once('message', resolve))
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  for (let i = 0; i < 20; i++) await works()
  await two.event('the flood', () => two.ignored('BAD_SIGNATURE') + two.ignored('OVERSIZE') > 0)
  delay.disable()
  await flood.terminate()
  const p99 = delay.percentile(99) / 1e6
  t.comment(`main loop delay under the flood: p99 ${p99.toFixed(1)} ms`)
  t.ok(p99 < 100)
})

t.test('a broker killed and back: told both times, everything goes on', async t => {
  const crew = createCrew(['g1', 'g2'])
  const first = await openOpenBroker(t)
  const one = createPeer(t, crew, 'g1', { url: first.url })
  const two = createPeer(t, crew, 'g2', { url: first.url })
  await Promise.all([one.up(), two.up()])
  await first.cut()
  for (const peer of [one, two]) {
    await peer.event('down', event => event.type === 'state' && !event.up)
    peer.events.length = 0
  }
  one.link.send(factsOf('g1', 1))
  await openOpenBroker(t, first.port)
  await Promise.all([one.up(), two.up()])
  one.link.send(factsOf('g1', 2))
  await two.event('facts', event => event.type === 'message')
  t.same(
    two.messages.map(message => 'seq' in message && message.seq),
    [2],
    'what was said to nobody is not said late',
  )
})

t.test('a broker that sends what never ends is left, and tried again', async t => {
  let connections = 0
  const server = createServer(socket => {
    connections += 1
    socket.on('error', () => {})
    // CONNACK, then the header of the longest packet there is.
    socket.once('data', () =>
      socket.write(Uint8Array.of(0x20, 2, 0, 0, 0x30, 0xff, 0xff, 0xff, 0x7f)),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const one = createPeer(t, createCrew(['g1']), 'g1', { url: `mqtt://127.0.0.1:${port}` })
  await one.event('left', event => event.type === 'state' && !event.up)
  const states = () => one.events.filter(event => event.type === 'state')
  await one.event('left again', () => connections > 1 && states().length > 1)
  const detail = 'the broker did not answer a subscription within 5 s'
  t.match(states().slice(0, 2), [
    { up: false, detail },
    { up: false, detail },
  ])
})

t.test('TLS: the broker’s certificate is checked, and the login goes to it alone', async t => {
  const crew = createCrew(['g1', 'g2'])
  const logins: unknown[][] = []
  const aedes = await Aedes.createBroker({
    authenticate(_client, username, password, done) {
      logins.push([username, String(password)])
      done(null, true)
    },
  })
  const server = createTlsServer({ cert: CERTIFICATE, key: KEY }, socket => aedes.handle(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    aedes.close()
  })
  const url = `mqtts://localhost:${(server.address() as AddressInfo).port}`
  const login = { username: 'north', password: 'a secret' }
  const trusting = createPeer(t, crew, 'g1', { url, login, ca: CERTIFICATE })
  await trusting.up()
  t.same(logins[0], ['north', 'a secret'])
  const wary = createPeer(t, crew, 'g2', { url, login })
  t.match(await wary.event('told', event => event.type === 'state'), {
    up: false,
    detail: /SELF_SIGNED/,
  })
  const secrets = () => logins.filter(one => one[1] === 'a secret').length
  t.equal(secrets(), 1, 'and never shown where it is not')
})

t.test('an address that can’t be had is told', async t => {
  const crew = createCrew(['g1'])
  const taken = await openOpenBroker(t)
  const one = createPeer(t, crew, 'g1', { embedded: { host: '127.0.0.1', port: taken.port } })
  t.match(await one.event('told', event => event.type === 'state'), {
    up: false,
    detail: /EADDRINUSE/,
  })
  const gone = createPeer(t, crew, 'g1', { url: 'mqtt://127.0.0.1:1' })
  t.match(await gone.event('told', event => event.type === 'state'), {
    up: false,
    detail: 'ECONNREFUSED',
  })
})
