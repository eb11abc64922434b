/** A gate as the service's stream tells it, and what is read of that. Pure. Times: Unix milliseconds by the service. */

export type Severity = 'now' | 'soon' | 'note'

export interface Alarm {
  /** Of the gate's tables of codes, or the service's own: `OFFLINE`, `SHUTDOWN`. */
  readonly code: string
  readonly severity: Severity
  /** '' for the whole gate. */
  readonly lane: string
  readonly since: number | null
  /** How long entry goes on all the same. */
  readonly until?: number
}

export interface Lane {
  readonly name: string
  readonly state: string
  readonly serves: boolean
  /** Those that differ from the usual, as `maintenance` or `entry:free`. */
  readonly modes: readonly string[]
}

/** What it did in the last 15 minutes: a count for each minute, oldest first. */
export interface Recent {
  readonly until: number
  readonly verdicts: Readonly<Record<string, readonly number[]>>
  readonly passages: readonly number[]
  readonly scanToRelayMs: {
    readonly p50: number
    readonly p99: number
    readonly count: number
  } | null
}

export interface GateRow {
  readonly gate: string
  readonly station: string
  readonly enrolledAt: number
  readonly seenAt: number | null
  /** Of its last health report; without one, what follows is null or empty. */
  readonly reportedAt: number | null
  readonly offline: boolean
  readonly software: string | null
  readonly clock: string | null
  readonly clockOffsetMs: number | null
  readonly trust: {
    readonly stage: string
    readonly version: number
    readonly manifestVersion: number | null
    readonly manifestAgeMs: number | null
  } | null
  /** `given`: revision that it was given last, 0 for none; `runs`: null where that is not known. */
  readonly config: {
    readonly given: number
    readonly runs: number | null
    readonly drift: boolean
  }
  /** Rows that the service does not have yet; rows that are not on the gate's disk yet. */
  readonly queue: number | null
  readonly waiting: number | null
  readonly disk: { readonly freeBytes: number; readonly held: boolean } | null
  readonly lanes: readonly Lane[]
  /** Worst first. */
  readonly alarms: readonly Alarm[]
  readonly recent: Recent | null
}

/** Fields that differ, of the gate of this name. */
export type Change = Partial<GateRow> & Pick<GateRow, 'gate'>

const RANK: Readonly<Record<Severity, number>> = { now: 0, soon: 1, note: 2 }
const CALM = 3

/** The worst that it has; undefined where all is well. */
export const worstOf = ({ alarms }: GateRow): Alarm | undefined => alarms[0]

/** Trouble first, the oldest of it first; then by name. */
export function byTrouble(one: GateRow, other: GateRow): number {
  const [a, b] = [worstOf(one), worstOf(other)]
  const byRank = rankOf(a) - rankOf(b)
  if (byRank !== 0) return byRank
  const bySince = (a?.since ?? Number.MAX_SAFE_INTEGER) - (b?.since ?? Number.MAX_SAFE_INTEGER)
  return bySince !== 0 ? bySince : compareNames(one.gate, other.gate)
}

const rankOf = (alarm: Alarm | undefined): number => (alarm ? RANK[alarm.severity] : CALM)

const NAMES = new Intl.Collator('en', { numeric: true })
export const compareNames = NAMES.compare

/** Counts of several codes as one: a sum for each minute. */
export function minuteSums(
  { verdicts }: Recent,
  isWanted: (code: string) => boolean,
): readonly number[] {
  const wanted = Object.entries(verdicts).filter(([code]) => isWanted(code))
  const length = Math.max(0, ...wanted.map(([, counts]) => counts.length))
  return Array.from({ length }, (_, i) => wanted.reduce((sum, [, of]) => sum + (of[i] ?? 0), 0))
}

export const total = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0)
