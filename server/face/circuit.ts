/**
 * A circuit breaker: after failures in a row a service is not asked for a while, then by one request.
 * Pure; times in milliseconds of any clock that only goes forward.
 */
export interface Circuit {
  /** Whether to ask now. Who is let in tells how it went. */
  enter(now: number): boolean
  worked(): void
  failed(now: number): void
}

export function createCircuit({
  failuresMax,
  openMs,
}: {
  readonly failuresMax: number
  readonly openMs: number
}): Circuit {
  let failures = 0
  let openUntil = 0
  let probing = false
  return {
    enter(now) {
      if (failures < failuresMax) return true
      if (now < openUntil || probing) return false
      probing = true
      return true
    },
    worked() {
      failures = 0
      probing = false
    },
    failed(now) {
      failures += 1
      probing = false
      if (failures >= failuresMax) openUntil = now + openMs
    },
  }
}
