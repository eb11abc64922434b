/**
 * Judges a round by what the gates admitted and what stands in their journals. The rule has no
 * exception: whatever two gates both admitted, a grant's own flag, or a row of an alarm, says so.
 */
import { DEAF_MS, LATE_MS } from '../../bus/limits.ts'
import { type AlarmRow, ctiOf, type WireGate } from './wire.ts'

export interface Admission {
  readonly gate: string
  readonly code: number
  /** By true time. */
  readonly atMs: number
  readonly flags: readonly string[]
}

/** Past this the second of two grants carries the flag itself; two clocks may be a second off each. */
export const FLAGGED_AFTER_MS = DEAF_MS + LATE_MS + 2000

export interface Figures {
  /** Grants, and how many of them carry `BUS_DOWN`. */
  grants: number
  grantsFlagged: number
  refused: number
  /** Pairs of grants of one code. */
  twice: number
  /** Of these: a grant says it; a row names both; only `BUS_DOWN` says since when it was deaf. */
  flagged: number
  named: number
  since: number
}

export const figures = (): Figures => ({
  ...{ grants: 0, grantsFlagged: 0, refused: 0 },
  ...{ twice: 0, flagged: 0, named: 0, since: 0 },
})

export function addTo(sum: Figures, one: Figures): void {
  for (const name of Object.keys(one) as (keyof Figures)[]) sum[name] += one[name]
}

export interface Round {
  readonly admitted: readonly Admission[]
  readonly refused: number
  /** Every life of every gate. */
  readonly lives: readonly WireGate[]
  /** The bus is well again at the end. */
  readonly heals: boolean
  /** It was well all the time. */
  readonly quiet: boolean
}

export function judge(round: Round): { counted: Figures; broken: string[] } {
  const { admitted, heals } = round
  const counted = { ...figures(), grants: admitted.length, refused: round.refused }
  counted.grantsFlagged = admitted.filter(isFlagged).length
  const broken: string[] = []
  for (const [first, second] of pairs(admitted)) {
    const pair = `code ${second.code} at ${first.gate} and ${second.gate}`
    const flagged = isFlagged(first) || isFlagged(second)
    const namedBy = [first.gate, second.gate].filter(gate => names(round, gate, first, second))
    counted.twice += 1
    if (flagged) counted.flagged += 1
    else if (namedBy.length > 0) counted.named += 1
    else if (saysSince(round, first, second)) counted.since += 1
    else broken.push(`${pair}: no flag, no row`)
    const apartMs = second.atMs - first.atMs
    if (!flagged && apartMs > FLAGGED_AFTER_MS) broken.push(`${pair}: ${apartMs} ms apart, no flag`)
    if (heals && namedBy.length < 2) broken.push(`${pair}: named by ${namedBy.join() || 'nobody'}`)
  }
  broken.push(...falseAlarms(round))
  return { counted, broken }
}

const isFlagged = ({ flags }: Admission): boolean => flags.includes('BUS_DOWN')

function* pairs(admitted: readonly Admission[]): Iterable<[Admission, Admission]> {
  for (const [index, second] of admitted.entries()) {
    for (const first of admitted.slice(0, index)) {
      if (first.code === second.code) yield [first, second]
    }
  }
}

function rowsOf({ lives }: Round, gate: string, code: string): AlarmRow[] {
  const own = lives.filter(one => one.name === gate).flatMap(one => one.rows)
  return own.filter(row => row.code === code && row.on)
}

/** A row of `gate` names the code and the other gate. */
function names(round: Round, gate: string, first: Admission, second: Admission): boolean {
  const other = gate === first.gate ? second.gate : first.gate
  return rowsOf(round, gate, 'ADMITTED_TWICE').some(
    ({ detail }) => detail.includes(ctiOf(first.code)) && detail.includes(`at gate ${other} `),
  )
}

/** One of both says that it knew nothing of the other's grant: its siblings only until before it. */
function saysSince(round: Round, first: Admission, second: Admission): boolean {
  const says = (gate: string, otherMs: number) =>
    rowsOf(round, gate, 'BUS_DOWN').some(({ atMs, detail }) => {
      if (atMs < second.atMs) return false
      const until = /in full until (\S+)$/.exec(detail)?.[1]
      return until === undefined
        ? /nothing is known yet/.test(detail)
        : Date.parse(until) <= otherMs
    })
  const skewMs = 1000
  return says(second.gate, first.atMs + skewMs) || says(first.gate, second.atMs + skewMs)
}

/** What nobody did must not be told. */
function falseAlarms(round: Round): string[] {
  const { admitted, lives, quiet } = round
  const rows = lives.flatMap(({ rows }) => rows).filter(row => row.on)
  const told = rows.filter(row => row.code === 'ADMITTED_TWICE').map(row => row.detail)
  const twice = [...pairs(admitted)].map(([one]) => ctiOf(one.code))
  const untrue = told.filter(detail => !twice.some(cti => detail.includes(cti)))
  if (!quiet) return untrue
  const alarms = rows.filter(row => row.code === 'BUS_DOWN').map(row => row.detail)
  const flags = admitted.filter(isFlagged).map(one => `a flag at ${one.gate} on a bus that is well`)
  return [...untrue, ...alarms, ...flags]
}
