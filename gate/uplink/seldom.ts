/** Lets an alarm through once in a while: the service may repeat its cause at every request. */

export interface Seldom {
  /** Whether `name` has not been used within the time. */
  may(name: string): boolean
  used(name: string): void
}

/** Once each `everyMs` by `monotonicMs`, for each name; one is forgotten after that time. */
export function createSeldom(monotonicMs: () => number, everyMs: number): Seldom {
  const since = new Map<string, number>()
  return {
    may(name) {
      const at = since.get(name)
      return at === undefined || monotonicMs() - at >= everyMs
    },
    used(name) {
      const now = monotonicMs()
      for (const [other, at] of since) if (now - at >= everyMs) since.delete(other)
      since.set(name, now)
    },
  }
}
