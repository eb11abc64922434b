/**
 * Who may ask the station for something: its own page in a browser on this machine. A page elsewhere must
 * not pull the fire alarm: what acts needs this origin (`Origin`, RFC 6454), and every request this host,
 * so that another name for 127.0.0.1 is none.
 */
import type { Context, Next } from 'hono'

const NAMES = ['127.0.0.1', 'localhost'] as const
/** Of what a browser says about where a request comes from. */
const OWN_SITES = ['same-origin', 'none']

/** Refuses with 403 and a line that says why. `port`: where it listens. */
export function guard(port: () => number) {
  return async (c: Context, next: Next): Promise<Response | undefined> => {
    const why = objection(c, port())
    if (why !== undefined) return c.text(`${why}\n`, 403)
    await next()
    return undefined
  }
}

function objection({ req }: Context, port: number): string | undefined {
  const host = req.header('host') ?? ''
  if (!NAMES.some(name => host === `${name}:${port}`)) {
    return 'FOREIGN_HOST: the station answers to 127.0.0.1 and localhost alone'
  }
  const origin = req.header('origin')
  const isOwn = origin === `http://${host}`
  const acts = req.method !== 'GET' && req.method !== 'HEAD'
  if (origin === undefined ? acts : !isOwn) {
    return 'FOREIGN_ORIGIN: only the station’s own page may ask for this'
  }
  const site = req.header('sec-fetch-site')
  const opens = req.header('sec-fetch-mode') === 'navigate'
  if (site === undefined || opens || OWN_SITES.includes(site)) return undefined
  return 'FOREIGN_SITE: only the station’s own page may ask for this'
}
