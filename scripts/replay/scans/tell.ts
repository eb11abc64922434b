/** Outcomes of scans against what is expected, as test points for TAP and JUnit. Pure. */
import { ANY, codeFault, type ExpectedCode } from './expected.ts'
import type { Outcome, Told } from './play-scans.ts'

/** A scan, a row that gave none, or an expectation without a scan. */
export interface Point {
  readonly ok: boolean
  /** One line: when, where, what it was told and why. */
  readonly name: string
  readonly problems: readonly string[]
}

/** `expected`: in the scans' order; what the scans' own file expects unless given. */
export function createTeller(expected: readonly ExpectedCode[] | undefined) {
  const counts = new Map<string, number>()
  let rows = 0
  let dropped = 0

  function problemsOf({ code, expect }: Told): string[] {
    const wanted = expected === undefined ? ownExpectation(expect) : expected[rows - 1]
    if (expected !== undefined && wanted === undefined) {
      return [`${code}, but nothing more is expected: ${expected.length} codes are`]
    }
    if (wanted === undefined || wanted.code === ANY || wanted.code === code) return []
    const fault = codeFault(wanted.code)
    return [fault ?? `${wanted.code} expected (${wanted.where}), but ${code}`]
  }

  return {
    /** Undefined for what a driver dropped. */
    pointOf(outcome: Outcome): Point | undefined {
      if (outcome.what === 'dropped') {
        dropped += 1
        return undefined
      }
      rows += 1
      const { where } = outcome
      if (outcome.what === 'bad') {
        const { problem } = outcome
        return { ok: false, name: `${where}: ${problem}`, problems: [`${where}: ${problem}`] }
      }
      const { atMs, lane, code, why } = outcome
      counts.set(code, (counts.get(code) ?? 0) + 1)
      const problems = problemsOf(outcome).map(one => `${where}: ${one}`)
      const when = new Date(atMs).toISOString()
      const name = `${where}: ${[when, lane, code].filter(Boolean).join(' ')}: ${why}`
      return { ok: problems.length === 0, name, problems }
    },
    /** Codes that were expected of scans which never came. */
    missing(): Point[] {
      return (expected ?? []).slice(rows).map(({ where, code }) => ({
        ...{ ok: false, name: `${where}: no scan` },
        problems: [`${code} expected (${where}), but there is no scan`],
      }))
    },
    scans: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    dropped: () => dropped,
    /** `2 ADMIT, 1 STALE_CODE`, the most frequent first. */
    summary: () =>
      [...counts]
        .sort(([, a], [, b]) => b - a)
        .map(([code, count]) => `${count} ${code}`)
        .join(', '),
  }
}

const ownExpectation = (code: string | undefined) =>
  code === undefined ? undefined : { where: 'its own row', code }
