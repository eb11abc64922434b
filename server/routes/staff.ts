/** Signing in: the account library's few endpoints, with our origin check and problem documents. */
import type { Context, Hono } from 'hono'
import { isForeignOrigin } from '../auth/origin.ts'
import { AUTH_PATH } from '../auth/staff.ts'
import { Problem, type ProblemCode } from '../errors.ts'
import type { ServiceEnv } from '../service.ts'
import { clientAddress } from './client-address.ts'

const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'INVALID',
  401: 'CREDENTIALS',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  422: 'INVALID',
  429: 'RATE_LIMITED',
}

export function registerStaff(app: Hono<ServiceEnv>): void {
  app.all(`${AUTH_PATH}/*`, async (c: Context<ServiceEnv>) => {
    const { staff, ownOrigins, config } = c.get('service')
    if (isForeignOrigin(c.req.raw, ownOrigins())) throw new Problem('ORIGIN')
    const body = c.req.method === 'GET' ? undefined : await c.req.text()
    const request = new Request(c.req.url, {
      method: c.req.method,
      headers: c.req.raw.headers,
      ...(body === undefined ? {} : { body }),
    })
    const answer = await staff.handle(request, clientAddress(c, config.trustedProxies))
    if (answer === undefined) throw new Problem('NOT_FOUND')
    if (answer.status < 400) return answer
    throw new Problem(CODE_OF_STATUS[answer.status] ?? 'INTERNAL')
  })
}
