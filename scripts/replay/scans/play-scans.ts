/**
 * Plays scans at a gate on the stage, in virtual time, and tells what each is told. Who is admitted
 * walks through. A scan that has no time of its own comes some seconds after the one before.
 */
import { settle } from '../../../fixtures/clock.ts'
import type { Observed } from '../../../fixtures/stage/observed.ts'
import { openStage } from '../../../fixtures/stage/stage.ts'
import { VERDICTS, type VerdictCode } from '../../../gate/contract/codes.ts'
import type { Direction, TraceStep } from '../../../gate/contract/events.ts'
import { MEMORY_MAX } from '../../../gate/limits.ts'
import { walk } from '../../../hardware/sim/passenger.ts'
import { TURNS } from '../acts.ts'
import type { ScannedGate } from './gates.ts'
import type { GivenScan, Scan } from './scan.ts'

/** Beside the gate's own codes. */
export type ToldCode = VerdictCode | 'IGNORED' | 'NO_CODE'

/** One scan and what became of it. */
export interface Told {
  readonly where: string
  /** When it was read, Unix milliseconds. */
  readonly atMs: number
  /** '' for a picture without a code. */
  readonly lane: string
  readonly code: ToldCode
  readonly why: string
  /** The code that the file of scans expects. */
  readonly expect: string | undefined
}

export type Outcome =
  | ({ readonly what: 'told' } & Told)
  | { readonly what: 'bad'; readonly where: string; readonly problem: string }
  | { readonly what: 'dropped'; readonly where: string; readonly why: string }

export interface PlayScansOptions {
  readonly gate: ScannedGate
  /** Of the first scan, Unix milliseconds. */
  readonly startMs: number
  /** Between scans without times. */
  readonly everyMs: number
  /** Of scans without a lane; the gate's first unless given. */
  readonly lane?: string | undefined
  readonly onSeen?: ((one: Observed) => void) | undefined
}

/** A person who waits is told within this, or never. */
const WAIT_MS = 60_000
/** The longest time between two scans. */
const GAP_MS_MAX = 31 * 86_400_000

interface Pending {
  readonly scan: GivenScan
  readonly lane: string
  readonly atMs: number
  verdict?: { readonly code: ToldCode; readonly why: string }
}

/** Outcomes in the order of the scans. The stage is closed at the end, also of a loop that is left. */
export async function* playScans(
  scans: AsyncIterable<Scan>,
  options: PlayScansOptions,
): AsyncGenerator<Outcome> {
  const player = await openPlayer(options)
  try {
    const queue: (Outcome | Pending)[] = []
    for await (const scan of scans) {
      queue.push(await player.play(scan))
      yield* ended(queue)
    }
    await player.finish()
    yield* ended(queue)
  } finally {
    await player.close()
  }
}

/** What stands at the head of the queue and has its verdict; the rest waits for the lane. */
function* ended(queue: (Outcome | Pending)[]): Generator<Outcome> {
  for (let [first] = queue; first !== undefined; [first] = queue) {
    if ('what' in first) yield first
    else if (first.verdict === undefined) return
    else yield toldOf(first, first.verdict)
    queue.shift()
  }
}

function toldOf({ scan, lane, atMs }: Pending, verdict: NonNullable<Pending['verdict']>): Outcome {
  return { what: 'told', where: scan.where, atMs, lane, ...verdict, expect: scan.expect }
}

async function openPlayer({ gate, startMs, everyMs, lane: given, onSeen }: PlayScansOptions) {
  const { config, real } = gate
  /** The one that is being read, and by lane the one that waits for the person ahead. */
  let reading: Pending | undefined
  const waiting = new Map<string, Pending>()
  let atMs = 0
  let isFirst = true
  let isOver = false

  const stage = await openStage({
    ...{ config, startMs, seed: 1, memoryMax: MEMORY_MAX, ...(real && { real }) },
    onObserved(one) {
      if (one.atMs < 0 || isOver) return
      onSeen?.(one)
      if (one.what === 'row') rowCame(one.lane, one.kind, one.body)
    },
  })

  function rowCame(lane: string, kind: string, body: Readonly<Record<string, unknown>>): void {
    if (kind === 'grant') walkThrough(lane, body.direction as Direction)
    if (kind !== 'grant' && kind !== 'scan') return
    const isOfReading = reading?.lane === lane && reading.verdict === undefined
    const pending = isOfReading ? reading : waiting.get(lane)
    if (pending === undefined) return
    if (!isOfReading) waiting.delete(lane)
    pending.verdict = { code: body.code as VerdictCode, why: whyOf(body) }
  }

  function walkThrough(name: string, direction: Direction): void {
    const lane = stage.lanes.get(name)
    if (lane !== undefined) void walk(lane.turnstile, 'normal', direction)
  }

  async function goTo(ms: number): Promise<void> {
    await stage.time.advanceAsync(ms - atMs)
    atMs = ms
  }

  function timeOf({ at }: GivenScan): number {
    if (at === undefined) return isFirst ? 0 : atMs + everyMs
    return 'sinceMs' in at ? at.sinceMs : at.unixMs - startMs
  }

  /** In words, why this scan can't be played. */
  function faultOf(lane: string, ms: number): string | undefined {
    if (!stage.lanes.has(lane)) {
      return `no lane "${lane}": there are ${[...stage.lanes.keys()].join(', ')}`
    }
    if (ms < atMs) {
      return `${isoOf(startMs + ms)} is before ${isoOf(startMs + atMs)}, when the one before it was read`
    }
    if (ms - atMs > GAP_MS_MAX) return 'is more than 31 days after the one before it'
    return undefined
  }

  async function read(pending: Pending): Promise<void> {
    const { scan, lane: name } = pending
    const lane = stage.gate()?.lanes.find(one => one.name === name)
    const [reader] = stage.lanes.get(name)?.readers.values() ?? []
    const before = lane?.waitingScans()
    stage.note(name, { what: 'step', text: `scan of ${scan.where}` })
    reading = pending
    reader?.read(scan.text)
    await settle(TURNS)
    reading = undefined
    if (pending.verdict !== undefined) return
    if (lane !== undefined && lane.waitingScans() !== before) waiting.set(name, pending)
    else pending.verdict = { code: 'IGNORED', why: IGNORED }
  }

  return {
    async play(scan: Scan): Promise<Outcome | Pending> {
      if (scan.what === 'nothing') {
        const none = {
          atMs: startMs + atMs,
          lane: '',
          code: 'NO_CODE',
          why: 'no code in it',
        } as const
        return { what: 'told', where: scan.where, expect: undefined, ...none }
      }
      if (scan.what !== 'scan') return scan
      const lane = scan.lane ?? given ?? config.lanes[0]?.name ?? ''
      const ms = timeOf(scan)
      const problem = faultOf(lane, ms)
      if (problem !== undefined) return { what: 'bad', where: scan.where, problem }
      isFirst = false
      await goTo(ms)
      const pending: Pending = { scan, lane, atMs: startMs + ms }
      await read(pending)
      return pending
    },
    async finish(): Promise<void> {
      await goTo(atMs + WAIT_MS)
      for (const one of waiting.values()) one.verdict ??= { code: 'IGNORED', why: IGNORED }
    },
    close(): Promise<void> {
      // What the gate does at its stop is no matter of the scans.
      isOver = true
      return stage.stop()
    },
  }
}

const IGNORED = 'the same code again, or the lane takes none now: no scan'

const isoOf = (ms: number): string => new Date(ms).toISOString()

/** What the passenger is told, and the facts of the rule that refused or flagged. */
function whyOf(body: Readonly<Record<string, unknown>>): string {
  const { en } = VERDICTS[body.code as VerdictCode]
  const trace = (body.trace ?? []) as readonly TraceStep[]
  const reasons = trace.filter(({ said }) => said === 'deny' || said === 'flag')
  return [en, ...reasons.map(({ rule, saw }) => `${rule}: ${saw}`)].join(' · ')
}
