/** Whom `server-attack.ts` sends: clients behind the service's proxy, each with an address of its own. */
import type { World } from '../../server/testing/world.ts'

/** As much of a test's world as clients use: requests go to the program at `url`, as from `address`. */
export function clientsAt(url: string, address: string): World {
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), 'x-forwarded-for': address },
    })
  const post: World['post'] = (path, body, headers = {}) =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { call, post } as World
}

/** How many were sent, and what they were answered: `404`, `422 FACE_BAD_PICTURE`, `closed`. */
export type Tally = Record<string, number>

export function count(tally: Tally, answer: string): void {
  tally[answer] = (tally[answer] ?? 0) + 1
}
