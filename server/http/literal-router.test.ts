import { Hono } from 'hono'
import t from 'tap'
import { LiteralRouter } from './literal-router.ts'

t.test('each path finds its own route, asked for once or twice', async t => {
  const app = new Hono({ router: new LiteralRouter() })
  app.use('*', async (c, next) => {
    await next()
    c.header('x-through', '1')
  })
  app.get('/gates/time', c => c.text('time'))
  app.get('/gates/:id', c => c.text(`gate ${c.req.param('id')}`))
  app.post('/gates/time', c => c.text('posted'))
  for (const round of ['first', 'second']) {
    for (const [method, path, text] of [
      ['GET', '/gates/time', 'time'],
      ['GET', '/gates/a', 'gate a'],
      ['GET', '/gates/b', 'gate b'],
      ['POST', '/gates/time', 'posted'],
      ['DELETE', '/gates/time', '404 Not Found'],
      ['ODD', '/gates/time', '404 Not Found'],
      ['GET', '/elsewhere', '404 Not Found'],
    ] as const) {
      const answer = await app.request(path, { method })
      t.equal(await answer.text(), text, `${round}: ${method} ${path}`)
      t.equal(answer.headers.get('x-through'), '1')
    }
  }
})

t.test('a GET of the path that stands alone is the first handler’s, and nothing else', async t => {
  const app = new Hono({ router: new LiteralRouter('/polled') })
  app.get('/polled', c => c.text('at once'))
  app.use('*', async (c, next) => {
    await next()
    c.header('x-through', '1')
  })
  app.post('/polled', c => c.text('posted'))
  app.get('/other', c => c.text('other'))
  const asked = async (path: string, method = 'GET') => {
    const answer = await app.request(path, { method })
    return [await answer.text(), answer.headers.get('x-through')]
  }
  for (const _ of ['first', 'second']) {
    t.same(await asked('/polled'), ['at once', null])
    t.same(await asked('/polled', 'POST'), ['posted', '1'])
    t.same(await asked('/other'), ['other', '1'])
    t.same(await asked('/polled/x'), ['404 Not Found', '1'])
  }
  const router = new LiteralRouter<string>('/polled')
  router.add('GET', '/polled', 'one')
  router.add('GET', '/*', 'all')
  t.equal(router.match('GET', '/polled')[0].length, 1)
})

t.test('a route that comes later is found too', async t => {
  const router = new LiteralRouter<string>()
  router.add('GET', '/a', 'one')
  t.equal(router.match('GET', '/a')[0].length, 1)
  router.add('GET', '/*', 'all')
  t.equal(router.match('GET', '/a')[0].length, 2)
})
