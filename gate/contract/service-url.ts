/**
 * The service's address in a gate's config, and every address below it. A service may stand under a
 * path of its host (`https://host/gates/`): its proxy removes that path again.
 */
import { z } from 'zod'

/** What an address may not have, how its canonical form shows it, and why. */
const REFUSED: readonly (readonly [shows: (url: URL) => boolean, message: string])[] = [
  [
    ({ username, password }) => username !== '' || password !== '',
    'has a login in it: a gate proves itself by its own key, leave out what stands before the @',
  ],
  [({ href }) => href.includes('?'), 'has a query: leave out everything from the ? on'],
  [({ href }) => href.includes('#'), 'has a fragment: leave out everything from the # on'],
]

/** `http:` or `https:`, a host, and perhaps a path; with or without a slash at its end. */
export const serviceUrlSchema = z
  .url({ protocol: /^https?$/ })
  .superRefine((text, context) => {
    if (!URL.canParse(text)) return
    const url = new URL(text)
    for (const [shows, message] of REFUSED) {
      if (shows(url)) context.addIssue({ code: 'custom', message })
    }
  })
  .describe('base address of the service, with its path where it stands under one')

/**
 * The address of `path`, which begins with a slash, at the service. Every request of a gate is sent
 * to an address from here.
 */
export function serviceAddress(serviceUrl: string, path: string): string {
  return serviceUrl.replace(/\/+$/, '') + path
}
