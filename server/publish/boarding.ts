/**
 * The boarding list of a station: a pure function from rows to bytes, and the one that holds, looked
 * at when its gates ask for their manifest. A list that says the same stays the same file, so gates
 * fetch it once and learn from the manifest that it still holds.
 */

import { fromHex } from '../../pass/bytes.ts'
import { type BoardingContents, encodeBoardingList } from '../../pass/documents/boarding.ts'
import type { BoardingRef } from '../../pass/documents/station.ts'
import {
  BOARDING_ELSEWHERE_MAX,
  BOARDING_TICKETS_MAX,
  BOARDING_TRAINS_MAX,
  TICKETS_PER_CERTIFICATE_MAX,
} from '../../pass/limits.ts'
import { boardingWindow } from '../domain/ticket.ts'
import {
  BOARDING_AHEAD_MS,
  BOARDING_BEHIND_MS,
  BOARDING_ELSEWHERE_EVERY_MS,
  BOARDING_LOOK_MS,
  BOARDING_MARGIN_MS,
  BOARDING_SLOT_MS,
} from '../limits.ts'
import { type HeldList, heldList, keepList, sawList } from '../store/publish/boarding-lists.ts'
import type { Tx } from '../store/schema/schema.ts'
import type { Boarding, Span } from '../store/tickets/tickets.ts'
import type { Tickets } from '../tickets/port.ts'
import { sha256Hex } from './files.ts'

/** When trains are boarded, minutes before departure. */
export interface BoardingTimes {
  readonly opensMin: number
  readonly closesMin: number
}

export interface BoardingParts {
  readonly tickets: Pick<Tickets, 'boardings' | 'elsewhere'>
  readonly times: BoardingTimes
  /** Unix milliseconds. */
  readonly now: number
}

/**
 * The list's bytes. What it has no room for is left out from the end of `boardings`; the gate then
 * says `NO_TICKET` of it.
 */
export function makeBoardingList(
  station: string,
  boardings: readonly Boarding[],
  elsewhere: readonly string[],
  times: BoardingTimes,
): Uint8Array {
  const trains = new Map<string, BoardingContents['tickets'][number]['train']>()
  const counts = new Map<string, number>()
  const tickets: BoardingContents['tickets'][number][] = []
  for (const { cti, train, departsAt } of boardings.slice(0, BOARDING_TICKETS_MAX)) {
    const run = `${train} ${departsAt}`
    const count = counts.get(cti) ?? 0
    const room = trains.has(run) || trains.size < BOARDING_TRAINS_MAX
    if (!room || count === TICKETS_PER_CERTIFICATE_MAX) continue
    const known = trains.get(run) ?? { number: train, ...boardingWindow(departsAt, times) }
    trains.set(run, known)
    counts.set(cti, count + 1)
    tickets.push({ cti: fromHex(cti), train: known })
  }
  const others = elsewhere.slice(0, BOARDING_ELSEWHERE_MAX).map(fromHex)
  return encodeBoardingList({ station, tickets, elsewhere: others })
}

/** Departures that a list made now tells of; the same for a whole slot, so that it stays the same. */
export function spanAt(now: number): Span {
  const slot = now - (now % BOARDING_SLOT_MS)
  return { sinceMs: slot - BOARDING_BEHIND_MS, untilMs: slot + BOARDING_AHEAD_MS }
}

/** Whether a station's tickets must be looked at before a manifest may name this list. */
export function isDue(held: HeldList | undefined, now: number): boolean {
  return held === undefined || now < held.looked_at || now - held.looked_at >= BOARDING_LOOK_MS
}

/**
 * The station's list as it is now, in the caller's transaction, which holds the station's lock: one
 * replica must not bring an older list back after another's newer one.
 */
export async function lookAtBoarding(
  tx: Tx,
  { tickets, times, now }: BoardingParts,
  station: string,
): Promise<HeldList> {
  const held = await heldList(tx, station)
  if (held !== undefined && !isDue(held, now)) return held
  const span = spanAt(now)
  const boardings = await tickets.boardings(tx, station, span, BOARDING_TICKETS_MAX)
  const basis = sha256Hex(Buffer.from(JSON.stringify([times, boardings])))
  const sameHere = held !== undefined && held.basis === basis
  if (sameHere && now >= held.made_at && now - held.made_at < BOARDING_ELSEWHERE_EVERY_MS) {
    await sawList(tx, station, now)
    return { ...held, looked_at: now }
  }
  const elsewhere = await tickets.elsewhere(tx, station, span, BOARDING_ELSEWHERE_MAX)
  const bytes = makeBoardingList(station, boardings, elsewhere, times)
  const list = { station, sha256: sha256Hex(bytes), bytes, basis }
  await keepList(tx, list, now)
  const { sha256 } = list
  return { station, sha256, basis, made_at: now, looked_at: now, length: bytes.length }
}

/** As a station manifest names it. */
export function boardingRefOf({ looked_at, length, sha256 }: HeldList): BoardingRef {
  const asOf = Math.floor((looked_at - BOARDING_MARGIN_MS) / 1000)
  return { asOf, length, sha256: fromHex(sha256) }
}
