/** A gate as the service's stream tells it, and what is read of that. Pure. Times: Unix milliseconds by the service. */
import type { FleetRow } from '../../domain/fleet-row.ts'

export type GateRow = FleetRow
export type Alarm = FleetRow['alarms'][number]
export type Severity = Alarm['severity']
/** What it did in the last 15 minutes: a count for each minute, oldest first. */
export type Recent = NonNullable<FleetRow['recent']>

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
