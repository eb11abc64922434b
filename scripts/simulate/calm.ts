/** Times in which nothing troubled something. */

export interface Calm {
  /** One more trouble acts from then on, milliseconds from the start. */
  breaks(atMs: number): void
  /** One of them is over. */
  returns(atMs: number): void
  /** For `forMs` without a break between two times nothing acted. */
  lasted(forMs: number, fromMs: number, toMs: number): boolean
}

export function createCalm(): Calm {
  /** The last one goes on. */
  const calms: { fromMs: number; toMs: number }[] = [{ fromMs: 0, toMs: Number.POSITIVE_INFINITY }]
  let count = 0

  return {
    breaks(atMs) {
      const last = calms.at(-1)
      if (count === 0 && last !== undefined) last.toMs = atMs
      count += 1
    },
    returns(atMs) {
      count -= 1
      if (count === 0) calms.push({ fromMs: atMs, toMs: Number.POSITIVE_INFINITY })
    },
    lasted: (forMs, fromMs, toMs) =>
      calms.some(calm => Math.min(calm.toMs, toMs) - Math.max(calm.fromMs, fromMs) >= forMs),
  }
}
