/** Peers that want all of the embedded broker: its places, its time, its memory. */
import { randomBytes } from 'node:crypto'
import { createConnection, type Socket } from 'node:net'
import { connectAsync, type MqttClient } from 'mqtt'
import t, { type Test } from 'tap'
import { until } from '../../hardware/sim/until.ts'
import { createGuests } from '../bus/guests.ts'
import {
  CONNECT_TIMEOUT_MS,
  CONNECTIONS_PER_ADDRESS_MAX,
  DRAIN_MS,
  PACKET_BYTES_MAX,
  STRANGERS_MAX,
} from '../bus/limits.ts'
import { topicsFor } from '../bus/message.ts'
import { clientIdOf, makeTicket } from '../bus/ticket.ts'
import { embeddedStation } from '../testing/bus/embedded.ts'
import { createPeer } from '../testing/bus/peers.ts'

function raw(t: Test, port: number, localAddress = '127.0.0.1'): Socket {
  const socket = createConnection({ port, host: '127.0.0.1', localAddress })
  socket.on('error', () => {})
  socket.resume()
  t.teardown(() => socket.destroy())
  return socket
}

const open = (sockets: readonly Socket[]) => sockets.filter(socket => !socket.closed)
const closed = (sockets: readonly Socket[], withinMs?: number) =>
  until('all closed', () => open(sockets).length === 0, withinMs)

const text = (value: string) => [0, value.length, ...Buffer.from(value)]
/** A CONNECT of MQTT 3.1.1 with these flags and seconds of keepalive, and what follows them. */
function connectOf(flags: number, keepalive = 10, more: number[] = []): Buffer {
  const body = [...text('MQTT'), 4, flags, 0, keepalive, ...text('x-0123456789abcdef'), ...more]
  return Buffer.from([0x10, body.length, ...body])
}

/** A member of the station with a ticket of its own, that does what no gate would. */
async function insider(t: Test, url: string, gate: string, key: Parameters<typeof makeTicket>[2]) {
  const client = await connectAsync(url, {
    ...{ protocolVersion: 4, reconnectPeriod: 0, keepalive: 10, username: gate },
    clientId: clientIdOf(gate, Math.random().toString(16).slice(2).padEnd(16, '0').slice(0, 16)),
    password: await makeTicket('north', gate, key, randomBytes),
  })
  client.on('error', () => {})
  t.teardown(() => client.end(true))
  return client
}
const left = (client: MqttClient) => until('it is let go', () => !client.connected)

t.test('strangers share few places, the greediest address loses its own first', t => {
  const guests = createGuests<string>()
  const come = (name: string, address: string) => {
    const goes = guests.arrived(name, address)
    if (goes !== undefined) guests.left(goes)
    return goes
  }
  for (let i = 0; i < CONNECTIONS_PER_ADDRESS_MAX; i++) t.equal(come(`a${i}`, 'a'), undefined)
  t.equal(come('a16', 'a'), 'a0', 'one over: the oldest of that address')
  for (let i = 0; i < STRANGERS_MAX - CONNECTIONS_PER_ADDRESS_MAX; i++) {
    t.equal(come(`b${i}`, `b${i}`), undefined)
  }
  t.equal(come('c', 'c'), 'a1', 'one over: of the address that has most')
  t.equal(guests.known('c', 'g1'), undefined)
  t.equal(guests.known('b0', 'g1'), 'c', 'the gate’s newer connection takes the place')
  guests.left('c')
  t.equal(guests.gateOf('b0'), 'g1')
  for (let i = 2; i <= 16; i++) guests.known(`a${i}`, `gate${i}`)
  come('a17', 'a')
  t.equal(come('a18', 'a'), 'a17')
  guests.known('a18', 'gate18')
  t.equal(come('a19', 'a'), 'a19', 'an address that has gates enough has no place for strangers')
  t.end()
})

t.test('sessions that would never end, logins that are never finished: each ends', async t => {
  const { port, works } = await embeddedStation(t)
  const at = performance.now()
  const asks = [
    ['a session that outlives its connection', connectOf(0x00)],
    ['a will', connectOf(0x06, 10, [...text('wicketgate/north/g1/facts'), ...text('x')])],
    ['no keepalive', connectOf(0x02, 0)],
    ['no login', connectOf(0x02)],
  ] as const
  for (const [what, bytes] of asks) {
    const socket = raw(t, port)
    socket.write(bytes)
    await closed([socket])
    t.pass(what)
  }
  t.ok(performance.now() - at < CONNECT_TIMEOUT_MS, 'at once')
  const slow = raw(t, port)
  const bytes = connectOf(0x02)
  let sent = 0
  const drip = setInterval(() => slow.write(bytes.subarray(sent % 8, ++sent % 8)), 400)
  t.teardown(() => clearInterval(drip))
  await closed([slow, raw(t, port)], 2 * CONNECT_TIMEOUT_MS)
  await works()
})

/** Strangers that come back as soon as they are let go, until the function is called. */
function besiege(t: Test, port: number, count: number, addressOf: (n: number) => string) {
  let over = false
  const come = (n: number): void => {
    if (over) return
    const socket = raw(t, port, addressOf(n))
    socket.once('close', () => setTimeout(come, 5, n))
  }
  for (let n = 0; n < count; n++) come(n)
  const end = () => {
    over = true
  }
  t.teardown(end)
  return end
}

t.test('a crowd of strangers, from one address and from many: gates find room', async t => {
  const { crew, port, url, works, two } = await embeddedStation(t, ['g1', 'g2'], ['g3', 'g4'])
  const end = besiege(t, port, 2 * CONNECTIONS_PER_ADDRESS_MAX, () => '127.0.0.1')
  await works()
  await createPeer(t, crew, 'g3', { url }).up()
  end()
  besiege(t, port, 2 * STRANGERS_MAX, n => `127.0.1.${1 + (n % 8)}`)
  await createPeer(t, crew, 'g4', { url }).up()
  for (let i = 0; i < 20; i++) await works()
  t.notOk(two.events.some(event => event.type === 'state' && !event.up))
})

t.test('a gate has one connection, whatever it holds open', async t => {
  const { crew, url, works } = await embeddedStation(t, ['g1', 'g2'], ['g4'])
  const clients: MqttClient[] = []
  for (let i = 0; i < 30; i++) clients.push(await insider(t, url, 'g4', crew.privateKey('g4')))
  await until('one is left', () => clients.filter(client => client.connected).length === 1)
  t.ok(clients.at(-1)?.connected, 'the newest')
  await works()
})

t.test('subscriptions without end, to what is and what is not its own', async t => {
  const { crew, url, works, one } = await embeddedStation(t, ['g1', 'g2'], ['g4'])
  const key = crew.privateKey('g4')
  const own = topicsFor('north', 'g4', ['g1', 'g2'])
  const client = await insider(t, url, 'g4', key)
  for (let i = 0; i < 500; i++) client.subscribe([...own])
  for (let i = 0; i < 10; i++) await works()
  t.ok(client.connected)
  const others = Array.from({ length: 2000 }, (_, i) => `wicketgate/north/g1/snapshot/x${i}`)
  for (const topics of [others, ['#'], ['wicketgate/north/+/facts'], ['$SYS/#']]) {
    const greedy = await insider(t, url, 'g4', key)
    let granted = 0
    greedy.subscribe(topics, (error, answers = []) => {
      if (error === null) granted += answers.filter(answer => answer.qos < 128).length
    })
    await left(greedy)
    t.equal(granted, 0, topics.slice(0, 1).join())
  }
  const long = await insider(t, url, 'g4', key)
  long.publish('wicketgate/north/g4/facts', Buffer.alloc(PACKET_BYTES_MAX))
  await left(long)
  await works()
  t.notOk(one.events.some(event => event.type === 'state' && !event.up))
})

t.test('one who reads nothing is let go, and holds up nobody for long', async t => {
  const { crew, url, port, works } = await embeddedStation(t, ['g1', 'g2'], ['g4', 'g5'])
  const deaf = raw(t, port)
  const ticket = await makeTicket('north', 'g4', crew.privateKey('g4'), randomBytes)
  const packet = (type: number, body: number[]) =>
    Buffer.from([type, (body.length % 128) + 128, Math.floor(body.length / 128), ...body])
  const id = text(clientIdOf('g4', 'a'.repeat(16)))
  const secret = [ticket.length >> 8, ticket.length & 255, ...Buffer.from(ticket)]
  deaf.write(packet(0x10, [...text('MQTT'), 4, 0xc2, 0, 10, ...id, ...text('g4'), ...secret]))
  deaf.write(packet(0x82, [0, 1, ...text('wicketgate/north/g5/facts'), 0]))
  await new Promise(resolve => deaf.once('data', resolve))
  deaf.pause()
  const loud = await insider(t, url, 'g5', crew.privateKey('g5'))
  const before = process.memoryUsage().rss
  const payload = Buffer.alloc(PACKET_BYTES_MAX - 100, 'x')
  const flood = setInterval(() => loud.publish('wicketgate/north/g5/facts', payload), 50)
  // It pings, so that nothing but its not reading ends it.
  const pings = setInterval(() => deaf.write(Uint8Array.of(0xc0, 0)), 500)
  t.teardown(() => [flood, pings].map(clearInterval))
  let longestMs = 0
  const endMs = performance.now() + 40_000
  while (!deaf.closed && performance.now() < endMs) {
    const fromMs = performance.now()
    await works()
    longestMs = Math.max(longestMs, performance.now() - fromMs)
  }
  clearInterval(flood)
  t.ok(performance.now() < endMs, 'it is let go')
  t.ok(longestMs < 2 * DRAIN_MS, `others waited ${longestMs.toFixed(0)} ms at most`)
  const grownMiB = (process.memoryUsage().rss - before) / 2 ** 20
  t.ok(grownMiB < 150, `memory grew by ${grownMiB.toFixed(0)} MiB`)
})
