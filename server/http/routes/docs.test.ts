/** What documents the API: /docs and /openapi.json of a service, and routes.md. */
import { createHash } from 'node:crypto'
import t from 'tap'
import { renderedPart, renderedTable } from '../../../fixtures/rendered-page.ts'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { ENDPOINTS } from '../../auth/endpoints.ts'
import { AUTH_PATH } from '../../auth/library.ts'
import { PERMISSIONS } from '../../auth/permissions.ts'
import { PROBLEMS } from '../../errors.ts'
import { openWorld } from '../../testing/world.ts'
import { docsPage } from '../docs-page.ts'
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
  const declared = declaredRoutes.map(one => one.path)
  const endpoints = Object.keys(ENDPOINTS).map(path => `${AUTH_PATH}${path}`)
  t.same(new Set(Object.keys(document.paths)), new Set([...declared, ...endpoints]))
})

interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly summary?: string } | undefined>>>
  >
}

const PAGE = new URL('../../routes.md', import.meta.url)
const WHO = {
  anyone: 'anyone',
  member: 'staff of any role',
  gate: 'the gate, by proof',
  phone: 'a phone, by proof',
} as const

t.test('routes.md has every route (UPDATE=1 writes them anew)', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const { paths } = (await (await world.call('/openapi.json')).json()) as Described
  const rows = declaredRoutes
    .map(({ method, path, access }) => [
      `\`${method.toUpperCase()} ${path}\``,
      access.by === 'staff' ? `\`${access.permission}\`` : WHO[access.by],
      paths[path]?.[method]?.summary ?? '',
    ])
    .sort(([, a = ''], [, b = '']) => a.localeCompare(b, 'en'))
  const table = renderedTable(['route', 'who', 'what'], rows)
  t.equal(renderedPart(PAGE, 'routes', table), table)
})

t.test(
  'routes.md has every endpoint of the account library (UPDATE=1 writes them anew)',
  async t => {
    const rows = Object.entries(ENDPOINTS).map(([path, { method, membersOnly, audited }]) => [
      `\`${method} ${AUTH_PATH}${path}\``,
      membersOnly === true ? 'staff whose session opens other routes' : 'anyone',
      audited === undefined ? '' : `\`${audited}\``,
    ])
    const table = renderedTable(['endpoint', 'who', 'in the audit as'], rows)
    t.equal(renderedPart(PAGE, 'endpoints', table), table)
  },
)

t.test('routes.md has every permission (UPDATE=1 writes them anew)', async t => {
  const rows = Object.entries(PERMISSIONS).map(([name, roles]) => [`\`${name}\``, roles.join(', ')])
  const table = renderedTable(['permission', 'roles'], rows)
  t.equal(renderedPart(PAGE, 'permissions', table), table)
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
