import { Hono } from 'hono'
import t from 'tap'
import type { ServiceEnv } from '../services/context.ts'
import { answerHeaders, fileHeaders } from './answer-headers.ts'

t.test('browsers that came by https come back by https alone', async t => {
  for (const isHttps of [true, false]) {
    const app = new Hono<ServiceEnv>()
    app.get('/file', c => c.body('x', 200, fileHeaders(isHttps)))
    app.get('/page', answerHeaders(isHttps), c => c.body('x'))
    for (const path of ['/file', '/page']) {
      const { headers } = await app.request(path)
      const expected = isHttps ? 'max-age=15552000; includeSubDomains' : null
      t.equal(headers.get('strict-transport-security'), expected, path)
    }
  }
})

t.test('what says for how long it may be kept is left so', async t => {
  const app = new Hono<ServiceEnv>().use(answerHeaders(false))
  app.get('/kept', c => c.body('x', 200, { 'cache-control': 'public, max-age=60' }))
  app.get('/silent', c => c.body('x'))
  t.equal((await app.request('/kept')).headers.get('cache-control'), 'public, max-age=60')
  t.equal((await app.request('/silent')).headers.get('cache-control'), 'no-store')
})
