/**
 * Turns at this process's one thread: work that takes milliseconds is begun once a round of the event
 * loop, so that rounds stay short, polls are answered between them, and new connections are accepted.
 * Of those who wait, whoever had fewest turns of late is next.
 */
import { Problem } from './errors.ts'
import {
  TURN_CLIENTS_MAX,
  TURN_HALF_MS,
  TURN_RETRY_S,
  TURNS_FORGOTTEN,
  TURNS_WAITING_MAX,
} from './load-limits.ts'
import { createRecentUse } from './recent-use.ts'

export interface Turns {
  /** Resolves when `client` may begin. Throws Problem `BUSY` when too many wait. */
  take(client: string): Promise<void>
}

/** `now`: milliseconds of a clock that only goes forward. */
export function createTurns(now: () => number = () => performance.now()): Turns {
  const had = createRecentUse({
    halfMs: TURN_HALF_MS,
    forgotten: TURNS_FORGOTTEN,
    clientsMax: TURN_CLIENTS_MAX,
  })
  const waiting = new Map<string, (() => void)[]>()
  let waitingAll = 0
  /** This round's turn is given. */
  let isGiven = false

  /** Who had fewest; alike in the order in which they came. */
  function next(at: number): string | undefined {
    let least: string | undefined
    let fewest = Number.POSITIVE_INFINITY
    for (const client of waiting.keys()) {
      const turns = had.of(client, at)
      if (turns >= fewest) continue
      least = client
      fewest = turns
    }
    return least
  }

  function giveNext(): void {
    const at = now()
    const client = next(at)
    const begin = client === undefined ? undefined : waiting.get(client)?.shift()
    if (client === undefined || begin === undefined) {
      isGiven = false
      return
    }
    if (waiting.get(client)?.length === 0) waiting.delete(client)
    waitingAll -= 1
    had.add(client, at, 1)
    setImmediate(giveNext)
    begin()
  }

  return {
    take(client) {
      if (!isGiven) {
        isGiven = true
        had.add(client, now(), 1)
        setImmediate(giveNext)
        return Promise.resolve()
      }
      if (waitingAll >= TURNS_WAITING_MAX) {
        return Promise.reject(new Problem('BUSY', {}, { 'retry-after': TURN_RETRY_S }))
      }
      waitingAll += 1
      return new Promise(resolve => {
        const own = waiting.get(client)
        if (own === undefined) waiting.set(client, [resolve])
        else own.push(resolve)
      })
    },
  }
}
