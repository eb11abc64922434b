/** Where a browser may be sent after a sign-in: to pages of this service. */

/**
 * The path and query of `location`, resolved against `base` as a browser does; undefined when that is
 * another origin, or when the result would itself be taken for another host (`//evil.example`).
 */
export function ownPath(location: string, base: string): string | undefined {
  if (!URL.canParse(location, base)) return undefined
  const { origin, pathname, search } = new URL(location, base)
  if (origin !== new URL(base).origin || /^\/[/\\]/.test(pathname)) return undefined
  return `${pathname}${search}`
}
