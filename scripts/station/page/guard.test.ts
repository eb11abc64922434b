import { Hono } from 'hono'
import t from 'tap'
import { guard } from './guard.ts'

const PORT = 8088
const HOST = `127.0.0.1:${PORT}`
const OWN = `http://${HOST}`

const app = new Hono().use(guard(() => PORT)).all('*', c => c.text('done'))

const ask = (method: string, headers: Readonly<Record<string, string>>) =>
  app.request('/station/run', { method, headers })

t.test('the page itself is answered', async t => {
  for (const [method, headers] of [
    ['GET', { host: HOST }],
    ['GET', { host: `localhost:${PORT}`, 'sec-fetch-site': 'same-origin' }],
    ['POST', { host: HOST, origin: OWN, 'sec-fetch-site': 'same-origin' }],
    ['GET', { host: HOST, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ] as const) {
    t.equal((await ask(method, headers)).status, 200, JSON.stringify(headers))
  }
})

t.test('nobody else: another page, another name for this machine, no origin at all', async t => {
  for (const [method, headers, why] of [
    ['POST', { host: HOST, origin: 'https://example.com' }, 'FOREIGN_ORIGIN'],
    ['POST', { host: HOST, origin: 'null' }, 'FOREIGN_ORIGIN'],
    ['POST', { host: HOST, origin: 'http://127.0.0.1:8080' }, 'FOREIGN_ORIGIN'],
    ['POST', { host: HOST }, 'FOREIGN_ORIGIN'],
    ['POST', { host: `localhost:${PORT}`, origin: OWN }, 'FOREIGN_ORIGIN'],
    ['GET', { host: HOST, origin: 'https://example.com' }, 'FOREIGN_ORIGIN'],
    ['GET', { host: 'example.com' }, 'FOREIGN_HOST'],
    ['GET', { host: '127.0.0.1:80' }, 'FOREIGN_HOST'],
    ['POST', { host: `example.com:${PORT}`, origin: `http://example.com:${PORT}` }, 'FOREIGN_HOST'],
    ['GET', {}, 'FOREIGN_HOST'],
    ['GET', { host: HOST, 'sec-fetch-site': 'cross-site' }, 'FOREIGN_SITE'],
    ['GET', { host: HOST, 'sec-fetch-site': 'same-site' }, 'FOREIGN_SITE'],
  ] as const) {
    const answer = await ask(method, headers)
    t.equal(answer.status, 403, JSON.stringify(headers))
    t.match(await answer.text(), new RegExp(`^${why}: .+\n$`))
  }
})
