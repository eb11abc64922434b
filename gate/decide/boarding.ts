/**
 * What the boarding list of this station has for a certificate now. The ticket rule decides whether
 * that refuses or flags.
 */
import type { BoardingTrain } from '../../pass/documents/boarding.ts'
import type { VerifiedPass } from '../../pass/verify.ts'

/** The boarding list as `decide` may read it. */
export interface BoardingView {
  /** When it held, Unix seconds: it says nothing of passes issued since. */
  readonly asOf: number
  /** False when the service was last heard too long ago for a refusal. */
  readonly fresh: boolean
  /** The trains that this certificate may board here, by the begin of boarding. */
  trains(cti: Uint8Array): readonly BoardingTrain[]
  /** Whether it has a ticket from another station. */
  elsewhere(cti: Uint8Array): boolean
}

export type TicketFault = 'NO_TICKET' | 'WRONG_STATION' | 'TOO_EARLY' | 'TOO_LATE'

export interface TicketJudgement {
  /** Undefined: boarding is open for the train. */
  readonly fault: TicketFault | undefined
  /** The one that boards, or the next one, or the last that did. */
  readonly train: BoardingTrain | undefined
  /** In one line, for the trace. */
  readonly saw: string
  /** The list may not know this pass yet: it says nothing of it, for or against. */
  readonly young: boolean
}

export function judgeTicket(
  list: BoardingView,
  { cti, iat }: Pick<VerifiedPass, 'cti' | 'iat'>,
  nowMs: number,
): TicketJudgement {
  const now = nowMs / 1000
  const trains = list.trains(cti)
  const open = trains.find(train => train.from <= now && now < train.until)
  const next = trains.find(train => train.from > now)
  const train = open ?? next ?? lastOf(trains)
  if (train !== undefined) {
    // rules J2 J3 J4
    const fault = open ? undefined : next ? 'TOO_EARLY' : 'TOO_LATE'
    return { fault, train, saw: windowOf(train), young: false }
  }
  if (list.elsewhere(cti)) {
    const saw = 'a ticket from another station'
    // rule J5
    return { fault: 'WRONG_STATION', train, saw, young: false }
  }
  const young = iat >= list.asOf
  const saw = `no ticket, list of ${minute(list.asOf)}${young ? ', the pass is younger' : ''}`
  // rules J6 J7
  return { fault: 'NO_TICKET', train, saw, young }
}

function lastOf(trains: readonly BoardingTrain[]): BoardingTrain | undefined {
  return trains.reduce<BoardingTrain | undefined>(
    (last, train) => (last !== undefined && last.until >= train.until ? last : train),
    undefined,
  )
}

const windowOf = ({ number, from, until }: BoardingTrain): string =>
  `${number}, boards ${minute(from)} to ${minute(until)}`

/** `2026-05-20T04:00Z` */
const minute = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 16)}Z`
