/**
 * Passwords in a config that is shown: of each address the login and the query are hidden, since a
 * camera's key may stand in either. A shown config may be given back: then each hidden address is the
 * one that is known. Pure.
 */
import type { JsonValue } from './canonical.ts'

const HIDDEN = '***'
/** One, or several as in `file:rtsp://`. */
const SCHEME = /^(?:[a-z][a-z0-9+.-]*:)+\/\//i

/**
 * A password may hold `/`, `@` and `?` as they are: the login ends with the last `@`. A candidate may
 * hold an address that is mistyped: without a scheme it is one where NAME:PASSWORD@ stands in it.
 */
function hideIn(text: string): string {
  const scheme = SCHEME.exec(text)?.[0] ?? ''
  const isLogin = text.includes(':') && text.lastIndexOf('@') > text.indexOf(':')
  if (scheme === '' && !isLogin) return text
  const rest = text.slice(scheme.length)
  const host = rest.lastIndexOf('@') + 1
  const [place = '', query] = rest.slice(host).split(/\?(.*)/s, 2)
  const shown = `${host > 0 ? `${HIDDEN}@` : ''}${place}`
  return `${scheme}${shown}${query === undefined ? '' : `?${HIDDEN}`}`
}

/** Whether a text is an address as it is shown: nothing could be opened by it. */
export function isHidden(text: string): boolean {
  const login = `${HIDDEN}@`
  return text.startsWith(login) || text.includes(`://${login}`) || text.endsWith(`?${HIDDEN}`)
}

/** The same value, each address in it without what opens it. */
export function hideSecrets(value: JsonValue): JsonValue {
  return mapTexts(value, hideIn)
}

/** A config as it is shown, a line each key: lines are counted in this text. */
export function shownText(value: JsonValue): string {
  return JSON.stringify(hideSecrets(value), null, 2)
}

/**
 * The same value, each hidden address in it as it stands in `known`. One that stands there in several
 * forms, or not at all, is left hidden: it is refused as a camera's address.
 */
export function restoreSecrets(value: JsonValue, known: JsonValue): JsonValue {
  const whole = new Map<string, Set<string>>()
  mapTexts(known, text => {
    const hidden = hideIn(text)
    if (hidden !== text) whole.set(hidden, (whole.get(hidden) ?? new Set()).add(text))
    return text
  })
  return mapTexts(value, text => {
    const [one, ...others] = isHidden(text) ? (whole.get(text) ?? []) : []
    return one === undefined || others.length > 0 ? text : one
  })
}

function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(one => mapTexts(one, change))
  const entries = Object.entries(value).map(([key, one]) => [key, mapTexts(one, change)] as const)
  return Object.fromEntries(entries)
}
