/**
 * Recent use of something by each client, so that the client with the least can be next. Use counts
 * half after a while, and is dropped when little is left of it.
 */

export interface RecentUse {
  add(client: string, now: number, amount: number): void
  of(client: string, now: number): number
}

export interface UseMemory {
  /** After so long, ms, an amount counts half. */
  readonly halfMs: number
  /** An amount that nobody needs to know of any more. */
  readonly forgotten: number
  /** With so many known, newcomers are not counted until some are forgotten. */
  readonly clientsMax: number
}

/** `now`, everywhere: milliseconds of a clock that only goes forward. */
export function createRecentUse({ halfMs, forgotten, clientsMax }: UseMemory): RecentUse {
  const used = new Map<string, { readonly amount: number; readonly at: number }>()

  function of(client: string, now: number): number {
    const known = used.get(client)
    return known === undefined ? 0 : known.amount * 2 ** ((known.at - now) / halfMs)
  }

  return {
    of,
    add(client, now, amount) {
      if (used.size >= clientsMax && !used.has(client)) {
        for (const one of used.keys()) if (of(one, now) < forgotten) used.delete(one)
        if (used.size >= clientsMax) return
      }
      used.set(client, { amount: of(client, now) + amount, at: now })
    },
  }
}
