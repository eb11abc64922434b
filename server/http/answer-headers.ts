/** Headers of every answer of every route, errors included. */
import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { HSTS_SECONDS } from '../load/limits.ts'
import type { ServiceEnv } from '../services/context.ts'
import { DOCS_STYLE_SOURCE } from './docs-page.ts'

/** Of files: they are shown nowhere. */
const FILE_POLICY = "default-src 'none'; frame-ancestors 'none'"

const hsts = (isHttps: boolean) => isHttps && `max-age=${HSTS_SECONDS}; includeSubDomains`

/** Of pages, which have all other headers with their bytes. `isHttps`: browsers know this service by https alone. */
export function transportHeaders(isHttps: boolean): MiddlewareHandler<ServiceEnv> {
  const transport = hsts(isHttps)
  return async (c, next) => {
    await next()
    if (transport) c.header('strict-transport-security', transport)
  }
}

/**
 * Of files that gates poll: few bytes, handed to the answer when it is made, since headers that are set
 * on it later cost as much as all else of a poll. `isHttps` as above.
 */
export function fileHeaders(isHttps: boolean): Readonly<Record<string, string>> {
  const transport = hsts(isHttps)
  return {
    'x-content-type-options': 'nosniff',
    'content-security-policy': FILE_POLICY,
    ...(transport && { 'strict-transport-security': transport }),
  }
}

/** Of all else. What doesn't say how long it may be kept is kept by nobody: it may be personal. */
export function answerHeaders(isHttps: boolean): MiddlewareHandler<ServiceEnv> {
  const secured = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: [DOCS_STYLE_SOURCE],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    strictTransportSecurity: hsts(isHttps),
  })
  return (c, next) =>
    secured(c, async () => {
      await next()
      if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
    })
}
