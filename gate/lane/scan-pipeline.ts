/**
 * The way of a scan, in its order: text → decode and verify → decide → machine. The machine's
 * runner does the rest: journal, then relay, then beams, then commit.
 *
 * Scans queue one deep: while a passage runs the next person's scan waits. It is decided when the
 * lane takes the next one: its freshness as of when it was read, all else as of that moment. A
 * further one is told to wait; by policy the first is, too.
 */

import type { Reading } from '../../hardware/ports.ts'
import type { PassVerifier, TrustView } from '../../pass/verify.ts'
import type { DenyCode } from '../contract/codes.ts'
import type { ClockState, TraceStep } from '../contract/events.ts'
import type { FreshnessStage } from '../contract/freshness.ts'
import type { BoardingView } from '../decide/boarding.ts'
import { decide } from '../decide/decide.ts'
import type { TrustRollback } from '../decide/rollback.ts'
import type { DecideContext, MemoryView } from '../decide/rules.ts'
import { type ClockView, goesOnWithout, isUncertain } from '../decide/stages.ts'
import { WAITING_SCAN_MS } from '../limits.ts'
import { servesNobody } from '../machine/part-test.ts'
import type { Verdict } from '../machine/state.ts'
import { traitsOf } from '../machine/state-traits.ts'
import type { ScanHop } from '../timing/scan-hops.ts'
import type { Runner } from './effect-runner.ts'
import { createHeldUp, type HeldCode } from './held-up.ts'
import type { DecideSettings } from './lane-settings.ts'
import { type Verified, verifyForSide } from './verify-scan.ts'

/** The boarding list of the gate's station. */
export interface TicketSource {
  /** As it holds now; undefined when none is at hand. */
  view(): BoardingView | undefined
  /** A pass of this date, Unix seconds, was refused since the list may not know it yet. */
  want(iat: number): void
}

export interface PipelineParts {
  readonly lane: DecideSettings
  /** Whether the next person's scan waits for the passage that runs, or is told `BUSY`. */
  readonly queue: 'wait' | 'refuse'
  readonly verifier: PassVerifier
  readonly trust: {
    view(): TrustView
    freshness(): { stage: FreshnessStage; manifestAgeMs: number }
    /** Whether it is older than what the gate acted on before; left out, it is not. */
    rollback?(): TrustRollback
    now(): {
      nowMs: number
      state: ClockState
      doubt?: ClockView['doubt']
    }
  }
  /** The station's boarding list, and who asks for a newer one; undefined where there is none. */
  readonly boarding: () => TicketSource | undefined
  readonly memory: MemoryView
  /** Whether siblings can be heard; undefined without a station bus. */
  readonly bus: () => DecideContext['bus']
  readonly runner: Runner
  /** A hop of a scan that is decided at once has ended. */
  readonly onHop?: ((hop: ScanHop) => void) | undefined
}

export interface Pipeline {
  /**
   * Anything a reader can hand over; never throws. `source`: which one it was, as the journal names it.
   * On a lane that serves nobody it is no scan, and makes no row.
   */
  read(reading: Reading, source: string): void
  /**
   * The lane takes the next one: decides the scan that waits, if there is one, by the trust of this
   * moment. One that has waited too long, or through an outage, is refused: nobody knows who stands
   * there now.
   */
  takeNext(): void
  /** What this text would be told now. Nothing is fed to the machine, no pass is used. */
  judge(text: string): Verdict
  /** Since when a scan waits, Unix milliseconds; undefined while none does. */
  waitsSinceMs(): number | undefined
}

/** In the place of a reader's name, of a text that none gave. */
const PRETENDED = 'pretended'

interface Waiting {
  readonly text: string
  readonly source: string
  readonly sinceMs: number
}

export function createPipeline(parts: PipelineParts): Pipeline {
  const { lane, trust, runner } = parts
  const heldUp = createHeldUp()
  let waiting: Waiting | undefined

  function read({ text, lastByteMs }: Reading, source: string): void {
    const { scan } = traitsOf(runner.lane())
    const isScan = scan === 'decide' || scan === 'hold'
    if (servesNobody(runner.lane())) heldUp.see(heldCode(text), lastByteMs)
    else if (isScan && heldUp.isStill(() => heldCode(text), lastByteMs)) deliver(still(source))
    else if (scan === 'decide') decideNow(text, source)
    else if (scan === 'hold') hold(text, source)
    else if (scan === 'refuse') deliver(refusal('LANE_CLOSED', source))
  }

  function decideNow(text: string, source: string): void {
    parts.onHop?.('read')
    const found = verified(text)
    parts.onHop?.('verify')
    const verdict = verdictOf(found, source)
    parts.onHop?.('decide')
    deliver(verdict)
  }

  function verified(text: string, waitedMs = 0): Verified {
    const { modes } = runner.lane()
    const side = {
      direction: lane.direction,
      timeFree: modes.timeFree,
      forgivesStale: lane.staleExit === 'flag',
      forgivesStatus: goesOnWithout({ ...trust.freshness(), modes }),
      waitedMs,
    }
    return verifyForSide(parts.verifier, text, side, trust.view(), trust.now())
  }

  function verdictOf({ found, statusKnown }: Verified, source: string): Verdict {
    const { nowMs, state: clock, doubt } = trust.now()
    const { stage, manifestAgeMs: listAgeMs } = trust.freshness()
    const { modes } = runner.lane()
    const clockUncertain = isUncertain({ clock, doubt }, modes)
    const clockUnproven = doubt !== undefined && !clockUncertain
    const [boarding, bus] = [parts.boarding()?.view(), parts.bus()]
    const rollback = trust.rollback?.()
    const known = { stage, listAgeMs, rollback, clockUncertain, clockUnproven, statusKnown, nowMs }
    const context = { ...lane, modes, boarding, bus, ...known }
    const verdict = decide(found, source, context, parts.memory)
    const pending = verdict.verdict === 'deny' && verdict.code === 'TICKET_PENDING'
    if (pending && found.ok) parts.boarding()?.want(found.pass.iat)
    return verdict
  }

  function hold(text: string, source: string): void {
    if (verdictOf(verified(text), source).verdict === 'ignore') return
    if (waiting === undefined && parts.queue === 'wait') {
      waiting = { text, source, sinceMs: trust.now().nowMs }
    } else deliver(refusal('BUSY', source))
  }

  function heldCode(text: string): HeldCode {
    const { found } = verified(text)
    if (!found.ok) return { text, pass: undefined }
    const { ctiHex, presentedAt = 0 } = found.pass
    return { text, pass: { ctiHex, madeAgoMs: trust.now().nowMs - presentedAt * 1000 } }
  }

  /** Whoever tested the reader holds the code up yet. */
  function still(source: string): Verdict {
    const saw = 'held up since the lane served nobody: take it away first'
    return refusal('LANE_CLOSED', source, [{ rule: 'held up', saw, said: 'deny' }])
  }

  function refusal(code: DenyCode, source: string, trace: TraceStep[] = []): Verdict {
    const scan = { code, direction: lane.direction, source, trace }
    return { verdict: 'deny', code, scan }
  }

  function deliver(verdict: Verdict): void {
    runner.feed({ type: 'verdict', verdict })
  }

  return {
    read,
    judge: text => verdictOf(verified(text), PRETENDED),
    waitsSinceMs: () => waiting?.sinceMs,
    takeNext() {
      const { scan, next } = traitsOf(runner.lane())
      if (waiting === undefined || next === 0) return
      // An exit does not wait for the refusal of an entry to be over.
      if (next === 1 && lane.direction === 'entry') return
      const { text, source, sinceMs } = waiting
      waiting = undefined
      if (scan === 'ignore') return
      const waitedMs = trust.now().nowMs - sinceMs
      if (scan === 'refuse') deliver(refusal('LANE_CLOSED', source))
      else if (waitedMs > WAITING_SCAN_MS) deliver(refusal('STALE_CODE', source))
      else deliver(verdictOf(verified(text, waitedMs), source))
    },
  }
}
