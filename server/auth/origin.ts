/**
 * Cross-site request forgery: a request that changes something and carries cookies, or signs in,
 * must come from a page of this service. Browsers send its origin in `Origin` and `Sec-Fetch-Site`; a
 * program that sends neither has no cookies that a foreign page could use.
 */
export function isForeignOrigin(request: Request, ownOrigins: readonly string[]): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false
  const origin = request.headers.get('origin')
  if (origin !== null) return !ownOrigins.includes(origin)
  const site = request.headers.get('sec-fetch-site')
  return site !== null && site !== 'same-origin' && site !== 'none'
}
