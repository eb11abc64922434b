/**
 * What the gate did in the last minutes, for its health report: counts a minute, and how long the newest
 * scans took. Memory is bounded; times are monotonic milliseconds.
 */
import { RECENT_CODES_MAX, RECENT_MINUTES, type Recent } from '../contract/health.ts'
import { RECENT_SCANS_MAX } from '../limits.ts'

export interface RecentCounts {
  verdict(code: string, nowMs: number): void
  passage(nowMs: number): void
  /** From the last byte of a code to the relay. */
  relay(tookMs: number, nowMs: number): void
  read(nowMs: number): Recent
}

const MINUTE_MS = 60_000

export function createRecent(): RecentCounts {
  const verdicts = new Map<string, number[]>()
  const passages = noMinutes()
  /** The newest scans, oldest first. */
  const scans: { readonly atMs: number; readonly tookMs: number }[] = []
  let minute = Number.NEGATIVE_INFINITY

  /** Moves all counts on, so that the last place is the minute of `nowMs`. */
  function goOn(nowMs: number): void {
    const now = Math.floor(nowMs / MINUTE_MS)
    const steps = Math.min(RECENT_MINUTES, now - minute)
    if (steps <= 0) return
    minute = now
    for (const counts of [passages, ...verdicts.values()]) {
      counts.splice(0, steps)
      counts.push(...noMinutes().slice(0, steps))
    }
    for (const [code, counts] of verdicts) if (counts.every(n => n === 0)) verdicts.delete(code)
  }

  function count(counts: number[]): void {
    counts[RECENT_MINUTES - 1] = (counts[RECENT_MINUTES - 1] ?? 0) + 1
  }

  return {
    verdict(code, nowMs) {
      goOn(nowMs)
      const counts = verdicts.get(code) ?? noMinutes()
      if (!verdicts.has(code) && verdicts.size >= RECENT_CODES_MAX) return
      verdicts.set(code, counts)
      count(counts)
    },
    passage(nowMs) {
      goOn(nowMs)
      count(passages)
    },
    relay(tookMs, nowMs) {
      scans.push({ atMs: nowMs, tookMs: Math.max(0, tookMs) })
      if (scans.length > RECENT_SCANS_MAX) scans.shift()
    },
    read(nowMs) {
      goOn(nowMs)
      const sinceMs = nowMs - RECENT_MINUTES * MINUTE_MS
      const took = scans.filter(({ atMs }) => atMs > sinceMs).map(({ tookMs }) => tookMs)
      return {
        verdicts: Object.fromEntries([...verdicts].map(([code, counts]) => [code, [...counts]])),
        passages: [...passages],
        scanToRelay: timesOf(took.sort((a, b) => a - b)),
      }
    },
  }
}

const noMinutes = (): number[] => Array.from({ length: RECENT_MINUTES }, () => 0)

/** `sorted`: from the shortest on. The nearest rank, to a hundredth of a millisecond. */
function timesOf(sorted: readonly number[]): Recent['scanToRelay'] {
  if (sorted.length === 0) return null
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  const rounded = (share: number) => Math.round(rank(share) * 100) / 100
  return { count: sorted.length, p50Ms: rounded(0.5), p99Ms: rounded(0.99) }
}
