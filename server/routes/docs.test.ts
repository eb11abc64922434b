import { createHash } from 'node:crypto'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { docsPage } from '../docs-page.ts'
import { PROBLEMS } from '../errors.ts'
import { openWorld } from '../testing/world.ts'
import { declaredRoutes } from './route.ts'

t.test('every route, every code, and nothing from elsewhere', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const answer = await world.call('/docs')
  t.equal(answer.status, 200)
  t.match(answer.headers.get('content-type'), /^text\/html/)
  const page = await answer.text()
  for (const { method, path } of declaredRoutes) {
    const title = `<span class="method">${method.toUpperCase()}</span> <code>${path}</code>`
    t.ok(page.includes(title), `${method} ${path}`)
  }
  for (const code of Object.keys(PROBLEMS)) t.ok(page.includes(`<code>${code}</code>`), code)
  t.match(page, /staff who are agent or supervisor/)
  t.match(page, /<code>purpose<\/code> string/)
  t.match(page, /<code>documentNumber<\/code>/)
  t.notMatch(page, /<script|<link|https?:\/\//)
  const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = answer.headers.get('content-security-policy') ?? ''
  t.ok(policy.includes(`'sha256-${hash}'`), 'the one style is allowed by its hash')
  t.match(policy, /default-src 'none'/)
  const document = (await (await world.call('/openapi.json')).json()) as { paths: object }
  t.equal(new Set(declaredRoutes.map(one => one.path)).size, Object.keys(document.paths).length)
})

t.test('texts are escaped', async t => {
  const summary = '<script>alert("x")</script> & more'
  const page = docsPage({
    document: { paths: { '/<x>': { get: { summary, responses: {} } } } },
    accessOf: () => '<b>',
  })
  t.notMatch(page, /<script|<x>|<b>/)
  t.match(page, /&lt;script&gt;alert\(&quot;x&quot;\)&lt;\/script&gt; &amp; more/)
})
