/** The cookies of a browser, for pages in Node: what answers set goes with each request. */

export interface CookieJar {
  headers(): { cookie: string }
  keep(answer: Response): void
}

/** `given`: a `cookie` header to begin with. */
export function cookieJar(given = ''): CookieJar {
  const jar = new Map<string, string>()
  const put = (pair: string) => {
    const at = pair.indexOf('=')
    if (at > 0) jar.set(pair.slice(0, at).trim(), pair.slice(at + 1))
  }
  for (const pair of given.split(';')) put(pair)
  return {
    headers: () => ({ cookie: [...jar].map(pair => pair.join('=')).join('; ') }),
    keep(answer: Response) {
      for (const line of answer.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split(';').map(part => part.trim())
        if (attributes.some(one => /^max-age=0$/i.test(one))) jar.delete(pair.split('=')[0] ?? '')
        else put(pair)
      }
    },
  }
}
