/** A camera's address and its program's words, without names, passwords and keys, for messages and logs. */

/** Scheme, host, port and path: no name, no password, no query. `the camera's address` for no URL. */
export function shownUrl(url: string): string {
  const parsed = URL.parse(url)
  return parsed === null
    ? "the camera's address"
    : `${parsed.protocol}//${parsed.host}${parsed.pathname}`
}

/**
 * A program's words without the user, the password and the query of any URL in them. A password may
 * hold `/` and `@` as they are: all up to the last `@` goes, and with it what of a path stands before one.
 */
export function withoutSecrets(words: string): string {
  return words.replace(/([a-z][a-z0-9+.-]*:\/\/)\S*@/gi, '$1').replace(/\?\S+/g, '')
}
