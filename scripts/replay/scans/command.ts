/** `replay --scans`: scans of a file at a gate, one line each, compared with what is expected. */
import { writeFileSync } from 'node:fs'
import type { Observed } from '../../../fixtures/stage/observed.ts'
import { OptionError, wholeNumber } from '../../../gate/contract/options.ts'
import { KEYBOARD_LAYOUTS } from '../../../hardware/drivers/hid-layouts.ts'
import { timeOf } from '../../pass/usage.ts'
import { durationMs } from '../durations.ts'
import { htmlOf } from '../html.ts'
import { junitOf } from '../junit.ts'
import { namedTapOf, type Reported } from '../tap.ts'
import { readExpected } from './expected.ts'
import { realGate, type ScannedGate, stageGate } from './gates.ts'
import { KINDS, openScans } from './kind.ts'
import { type Outcome, playScans } from './play-scans.ts'
import { type ReaderSettings, type ScannerSuffix, ScansError } from './scan.ts'
import { peekFirst, startTimeOf } from './start-time.ts'
import { createTeller, type Point } from './tell.ts'

/** Beside those of scenarios that are taken too: junit, html. */
export const SCANS_OPTIONS = {
  scans: { type: 'string' },
  expect: { type: 'string' },
  kind: { type: 'string' },
  at: { type: 'string' },
  every: { type: 'string', default: '10s' },
  lane: { type: 'string' },
  config: { type: 'string' },
  baud: { type: 'string' },
  suffix: { type: 'string', default: 'learn' },
  gm65: { type: 'boolean', default: false },
  layout: { type: 'string', default: 'us' },
  zone: { type: 'string' },
} as const

export interface ScansValues {
  readonly scans: string
  readonly expect?: string | undefined
  readonly kind?: string | undefined
  readonly at?: string | undefined
  readonly every: string
  readonly lane?: string | undefined
  readonly config?: string | undefined
  readonly baud?: string | undefined
  readonly suffix: string
  readonly gm65: boolean
  readonly layout: string
  readonly zone?: string | undefined
  readonly junit?: string | undefined
  readonly html?: string | undefined
}

const SUFFIXES: readonly ScannerSuffix[] = [
  ...(['learn', 'required', 'none'] as const),
  ...(['NUL', 'ETX', 'EOT', 'TAB', 'GS'] as const),
]
const EVERY_MS_MAX = 86_400_000
const DROPS_TOLD_MAX = 20
/** Scans between two lines of progress. */
const PROGRESS_SCANS = 5000
/** What a page holds; more would be no page to look at. */
const SEEN_MAX = 20_000

/** In words when it is none of `all`. */
function oneOf<T extends string>(name: string, text: string, all: readonly T[]): T {
  const found = all.find(one => one === text)
  if (found === undefined) throw new OptionError(`--${name} is one of ${all.join(', ')}`)
  return found
}

export function everyMsOf(text: string): number {
  const ms = durationMs(text)
  if (ms !== undefined && ms > 0 && ms <= EVERY_MS_MAX) return ms
  throw new OptionError(`--every is a time from 1ms to 24h, such as 10s, not "${text}"`)
}

function settingsOf({ baud, suffix, gm65, layout, zone }: ScansValues): ReaderSettings {
  if (zone !== undefined && !/^(Z|[+-]\d{2}:\d{2})$/.test(zone)) {
    throw new OptionError(`--zone is such as +08:00 or Z, not "${zone}"`)
  }
  return {
    baudRate: wholeNumber('baud', baud, { from: 300, to: 3_000_000, otherwise: 115_200 }),
    suffix: oneOf('suffix', suffix, SUFFIXES),
    layout: oneOf('layout', layout, KEYBOARD_LAYOUTS),
    ...{ gm65, zone },
  }
}

/** Where it is told. */
export interface Says {
  readonly out: (text: string) => unknown
  readonly err: (text: string) => unknown
}

/** The exit code: 0 all as expected, 1 one is not or can't be read, 130 stopped. Throws OptionError. */
export async function scansCommand(
  values: ScansValues,
  isStopped: () => boolean,
  says: Says,
): Promise<number> {
  const settings = settingsOf(values)
  const kind = values.kind === undefined ? undefined : oneOf('kind', values.kind, KINDS)
  const everyMs = everyMsOf(values.every)
  const expected = values.expect === undefined ? undefined : readExpected(values.expect)
  const gate = values.config === undefined ? stageGate() : realGate(values.config)
  try {
    checkLane(gate, values.lane)
    const source = openScans(values.scans, kind, settings)
    const { first, scans } = await peekFirst(source.scans)
    const found = startTimeOf(first)
    const { startMs, why } =
      values.at === undefined ? found : { startMs: timeOf(values.at), why: '--at' }
    warnOfClock(gate, startMs, says)
    const start = new Date(startMs).toISOString()
    says.out(`TAP version 14\n# ${values.scans}: ${source.kind}, from ${start}: ${why}\n`)
    const report = createReport(values, createTeller(expected), says)
    const playing = playScans(scans, {
      ...{ gate, startMs, everyMs, lane: values.lane, onSeen: report.seen },
    })
    for await (const outcome of playing) {
      report.take(outcome)
      if (isStopped()) break
    }
    return report.end(isStopped())
  } catch (error) {
    if (!(error instanceof ScansError)) throw error
    says.err(`replay: ${error.code}: ${error.message}\n`)
    return 1
  } finally {
    gate.close()
  }
}

function checkLane({ config }: ScannedGate, lane: string | undefined): void {
  const names = config.lanes.map(({ name }) => name)
  if (lane === undefined || names.includes(lane)) return
  throw new OptionError(`--lane: no lane "${lane}": there are ${names.join(', ')}`)
}

function warnOfClock({ newestTrustMs }: ScannedGate, startMs: number, says: Says): void {
  if (newestTrustMs === undefined || newestTrustMs <= startMs) return
  const newest = new Date(newestTrustMs).toISOString()
  says.err(
    `replay: this gate has trust of ${newest}, which is later: it will call its clock uncertain. ` +
      'Give --at a time from then on, or data copied earlier\n',
  )
}

function createReport(values: ScansValues, teller: ReturnType<typeof createTeller>, says: Says) {
  const from = performance.now()
  const tested: Reported[] = []
  const problems: string[] = []
  let seen: Observed[] = []
  let points = 0
  let failed = 0

  function point({ ok, name, problems: own }: Point): void {
    points += 1
    if (!ok) failed += 1
    const reported: Reported = {
      ok,
      file: values.scans,
      name,
      problems: own,
      tookMs: 0,
      updated: [],
    }
    says.out(namedTapOf(points, reported))
    if (values.junit !== undefined) tested.push(reported)
    if (values.html !== undefined && problems.length < SEEN_MAX) problems.push(...own)
    if (points % PROGRESS_SCANS === 0) {
      const seconds = ((performance.now() - from) / 1000).toFixed(0)
      says.err(`replay: ${points} scans so far, ${seconds} s\n`)
    }
  }

  function page(): void {
    if (values.html === undefined) return
    const [last] = seen.slice(-1)
    const result = {
      ...{ file: values.scans, name: `scans: ${teller.summary()}`, ok: failed === 0 },
      ...{ tookMs: performance.now() - from, judged: [], problems, seen, updated: [] },
      endMs: (last?.atMs ?? 0) + 1000,
    }
    writeFileSync(values.html, htmlOf([result]))
    if (seen.length < SEEN_MAX) return
    says.err(`replay: ${values.html} shows the first ${SEEN_MAX} events alone\n`)
  }

  return {
    seen(one: Observed): void {
      if (values.html !== undefined && seen.length < SEEN_MAX) seen.push(one)
    },
    take(outcome: Outcome): void {
      const one = teller.pointOf(outcome)
      if (one !== undefined) point(one)
      else if (outcome.what === 'dropped' && teller.dropped() <= DROPS_TOLD_MAX) {
        says.out(`# ${outcome.where}: dropped, ${outcome.why}\n`)
      }
    },
    end(isStopped: boolean): number {
      if (!isStopped) for (const one of teller.missing()) point(one)
      if (teller.scans() === 0 && points === 0) {
        const drops = teller.dropped() === 0 ? '' : ` (${teller.dropped()} times dropped)`
        says.out('Bail out! No code\n')
        const what = `no code in it${drops}; see --kind and --suffix`
        throw new ScansError('NO_SCANS', `${values.scans}: ${what}`)
      }
      const bail = isStopped ? 'Bail out! Interrupted\n' : ''
      const told = `# ${teller.scans()} scans: ${teller.summary() || 'none'}`
      const not = failed === 0 ? '' : `; ${failed} of ${points} lines are not as they should be`
      says.out(`${bail}1..${points}\n${told}${not}\n`)
      if (values.junit !== undefined) writeFileSync(values.junit, junitOf(tested))
      page()
      seen = []
      if (isStopped) return 130
      return failed === 0 ? 0 : 1
    },
  }
}
