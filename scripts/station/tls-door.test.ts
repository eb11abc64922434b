/** The door for phones: strict clients, visitors that speak no TLS, a service that is away, the end. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { get } from 'node:https'
import { type AddressInfo, connect as connectPlain } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import t from 'tap'
import { openTlsDoor } from './tls-door.ts'

const NAME = 'station.test'
const AWAY = 'http://127.0.0.1:1'

const service = createServer((_request, response) => response.end('a page'))
await new Promise<void>(resolve => service.listen(0, '127.0.0.1', resolve))
const URL_OF_SERVICE = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
t.teardown(() => service.close())

const openDoor = (target = () => URL_OF_SERVICE, port = 0) =>
  openTlsDoor({ target, port, names: [NAME] })
const portOf = ({ url }: { readonly url: string }) => Number(new URL(url).port)

/** Takes any certificate. */
async function visit(port: number): Promise<TLSSocket> {
  const visitor = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  visitor.on('error', () => {})
  await once(visitor, 'secureConnect')
  return visitor
}

t.test('a client that demands this certificate, and this name, gets the page', async t => {
  const door = await openDoor()
  t.teardown(() => door.close())
  const port = portOf(door)
  const first = await visit(port)
  const { raw, fingerprint256 } = first.getPeerCertificate()
  first.destroy()
  t.equal(fingerprint256.replaceAll(':', ''), door.fingerprint.replaceAll(' ', ''))
  const ca = `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----`
  const [answer] = await once(get({ port, host: '127.0.0.1', servername: NAME, ca }), 'response')
  t.equal(String(await answer.toArray()), 'a page')
  const stranger = get({ port, host: '127.0.0.1', servername: 'other.test', ca })
  const [error] = await once(stranger, 'error')
  t.equal(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID')
})

t.test('a port that is taken: another one', async t => {
  const first = await openDoor()
  t.teardown(() => first.close())
  const second = await openDoor(undefined, portOf(first))
  t.teardown(() => second.close())
  t.not(portOf(second), portOf(first))
})

t.test('no TLS, half a greeting, a service that is away: the door stays open', async t => {
  let target = AWAY
  const door = await openDoor(() => target)
  t.teardown(() => door.close())
  const port = portOf(door)
  for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.of(0x16, 0x03, 0x01)]) {
    const visitor = connectPlain(port, '127.0.0.1')
    visitor.on('error', () => {})
    visitor.end(bytes)
    await once(visitor, 'close')
  }
  await once(await visit(port), 'close')
  target = URL_OF_SERVICE
  const well = await visit(port)
  well.write('GET / HTTP/1.0\r\n\r\n')
  t.match(String(await well.toArray()), /a page/)
})

t.test('closed: whoever is there is sent away, and nobody comes in', async t => {
  const door = await openDoor()
  const visitor = await visit(portOf(door))
  const sentAway = once(visitor, 'close')
  await door.close()
  await sentAway
  const [error] = await once(connectPlain(portOf(door), '127.0.0.1'), 'error')
  t.equal(error.code, 'ECONNREFUSED')
})
