/** The API's description: for programs at /openapi.json, for people at /docs. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { ENDPOINTS } from '../../auth/endpoints.ts'
import { AUTH_PATH } from '../../auth/library.ts'
import { PERMISSIONS } from '../../auth/permissions.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { docsPage } from '../docs-page.ts'
import { declaredRoutes, route } from './route.ts'

const DESCRIPTION = {
  openapi: '3.1.0',
  info: { title: 'Wicketgate service', version: '1', description: 'See /docs.' },
}

const docsRoute = route(
  { by: 'anyone' },
  {
    method: 'get',
    path: '/docs',
    tags: ['anyone'],
    summary: 'This page',
    responses: {
      200: { description: 'HTML', content: { 'text/html': { schema: z.string() } } },
    },
  },
)

/** Call it last: it describes the routes that are there. */
export function registerDocs(app: OpenAPIHono<ServiceEnv>): void {
  let page: string | undefined
  app.openapi(docsRoute, c => {
    page ??= docsPage({ document: app.getOpenAPI31Document(DESCRIPTION), accessOf })
    c.header('cache-control', 'public, max-age=60')
    return c.html(page)
  })
  app.doc31('/openapi.json', DESCRIPTION)
}

function accessOf(method: string, path: string): string {
  const access = declaredRoutes.find(one => one.method === method && one.path === path)?.access
  switch (access?.by) {
    case 'staff':
      return `staff who are ${PERMISSIONS[access.permission].join(' or ')}`
    case 'member':
      return 'staff'
    case 'gate':
      return 'the gate itself, by proof of its key'
    case 'phone':
      return 'phones, by proof of the device key'
    default:
      return ENDPOINTS[path.slice(AUTH_PATH.length)]?.membersOnly === true ? 'staff' : 'anyone'
  }
}
