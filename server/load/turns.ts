/**
 * Turns at this process's one thread: work that takes milliseconds is begun once in a few rounds of the
 * event loop, so that rounds stay short, polls are answered between them, and new connections are
 * accepted: Node accepts one a round. Of those that wait, the client with the fewest recent turns is
 * next.
 */
import { Problem } from '../errors.ts'
import {
  TURN_CLIENTS_MAX,
  TURN_HALF_MS,
  TURN_RETRY_S,
  TURN_ROUNDS,
  TURNS_FORGOTTEN,
  TURNS_WAITING_MAX,
} from './limits.ts'
import { createRecentUse } from './recent-use.ts'

export interface Turns {
  /** Resolves when `client` may begin. Throws Problem `BUSY` when too many wait. */
  take(client: string): Promise<void>
}

/** `now`: milliseconds of a clock that only goes forward. */
export function createTurns(now: () => number): Turns {
  const had = createRecentUse({
    halfMs: TURN_HALF_MS,
    forgotten: TURNS_FORGOTTEN,
    clientsMax: TURN_CLIENTS_MAX,
  })
  const waiting = new Map<string, (() => void)[]>()
  let waitingAll = 0
  /** The turn of these rounds is given. */
  let isGiven = false
  let roundsLeft = 0

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

  function hadOne(client: string, at: number): void {
    had.add(client, at, 1)
    roundsLeft = TURN_ROUNDS
    setImmediate(nextRound)
  }

  function nextRound(): void {
    roundsLeft -= 1
    if (roundsLeft > 0) setImmediate(nextRound)
    else giveNext()
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
    hadOne(client, at)
    begin()
  }

  return {
    take(client) {
      if (!isGiven) {
        isGiven = true
        hadOne(client, now())
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
