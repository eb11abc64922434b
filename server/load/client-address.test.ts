import { Hono } from 'hono'
import t from 'tap'
import { Problem } from '../errors.ts'
import { clientAddress, clientOf } from './client-address.ts'

/** What a request with this header counts as, that came from `peer`. */
async function counted(
  proxies: number,
  forwarded: string | undefined,
  peer?: string,
): Promise<string> {
  const app = new Hono().get('/', c => c.text(clientAddress(c, proxies)))
  app.onError((error, c) => c.text(error instanceof Problem ? error.code : String(error)))
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  const env = peer === undefined ? {} : { incoming: { socket: { remoteAddress: peer } } }
  return (await app.request('/', { headers }, env)).text()
}

t.test('the entry that the outermost trusted proxy wrote, and no other', async t => {
  const cases: [number, string | undefined, string][] = [
    [0, '1.1.1.1', 'unknown'],
    [0, '<script>', 'unknown'],
    [1, '6.6.6.6, 2.2.2.2', '2.2.2.2'],
    [2, '6.6.6.6, 2.2.2.2, 3.3.3.3', '2.2.2.2'],
    [1, '<script>, 2.2.2.2', '2.2.2.2'],
    [1, undefined, 'unknown'],
  ]
  for (const [proxies, forwarded, want] of cases) {
    t.equal(await counted(proxies, forwarded), want, `${proxies} ${forwarded}`)
  }
})

t.test('the socket’s peer, where no proxy is trusted or none was passed', async t => {
  t.equal(await counted(0, undefined, '::ffff:198.51.100.23'), '198.51.100.23')
  t.equal(await counted(0, '1.1.1.1', '2001:db8:0:1::7'), '2001:db8:0:1::/64')
  t.equal(await counted(1, undefined, '198.51.100.23'), '198.51.100.23')
  t.equal(await counted(1, '1.1.1.1', '198.51.100.23'), '1.1.1.1')
})

t.test('a header that is not as configured is refused: nobody is counted as everybody', async t => {
  const bad = [
    '<script>',
    '',
    'unknown',
    '1.2.3',
    '0x7f.1',
    '1',
    '1.1.1.1:',
    '[::1',
    '::1]',
    '1::2::3',
  ]
  for (const forwarded of bad) {
    t.equal(await counted(1, forwarded), 'FORWARDED_BAD', forwarded)
  }
  t.equal(await counted(2, '3.3.3.3'), 'FORWARDED_BAD', 'fewer hops than proxies')
})

t.test('one client is one, however it is written', t => {
  const same: Record<string, string[]> = {
    '198.51.100.23': [
      '198.51.100.23',
      '198.51.100.23:41000',
      '::ffff:198.51.100.23',
      '::FFFF:c633:6417',
      '[::ffff:198.51.100.23]:41000',
    ],
    '2001:db8:0:1::/64': [
      '2001:db8:0:1::7',
      '2001:DB8:0:1:0:0:0:7',
      '2001:0db8:0000:0001:ffff:ffff:ffff:ffff',
      '[2001:db8:0:1::7]',
      '[2001:db8:0:1::9]:443',
    ],
    '2001:db8:0:2::/64': ['2001:db8:0:2::7'],
  }
  for (const [client, spellings] of Object.entries(same)) {
    for (const written of spellings) t.equal(clientOf(written), client, written)
  }
  t.end()
})
