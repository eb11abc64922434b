import { Hono } from 'hono'
import t from 'tap'
import { clientAddress } from './client-address.ts'

t.test('the entry that the outermost trusted proxy wrote, and no other', async t => {
  const cases: [number, string | undefined, string][] = [
    [0, '1.1.1.1', 'unknown'],
    [1, '6.6.6.6, 2.2.2.2', '2.2.2.2'],
    [2, '6.6.6.6, 2.2.2.2, 3.3.3.3', '2.2.2.2'],
    [2, '3.3.3.3', 'unknown'],
    [1, '2001:db8::1', '2001:db8::1'],
    [1, '<script>', 'unknown'],
    [1, undefined, 'unknown'],
  ]
  for (const [proxies, forwarded, want] of cases) {
    const app = new Hono().get('/', c => c.text(clientAddress(c, proxies)))
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    const answer = await app.request('/', { headers })
    t.equal(await answer.text(), want, `${proxies} ${forwarded}`)
  }
})
