/**
 * Tickets of the embedded ticketing: which train goes from where to where on a day, and what may be
 * sold, refunded and changed when. Pure functions of timetable, ticket and time. Days are Shanghai's,
 * `YYYY-MM-DD`; times Unix milliseconds unless named otherwise.
 */
import { SALE_DAYS_AHEAD } from '../limits.ts'
import { SHANGHAI_OFFSET_MS } from './certificate.ts'

const DAY_MS = 24 * 3600_000
const DAY_MIN = 24 * 60

/** Minutes after midnight of the day on which the train starts: 1,510 is 01:10 of the next day. */
export interface Stop {
  readonly station: string
  /** Null at the first stop. */
  readonly arrives: number | null
  /** Null at the last stop. */
  readonly departs: number | null
}

/** A train of the timetable, and the days on which it starts. */
export interface Train {
  readonly number: string
  /** First and last day. */
  readonly validFrom: string
  readonly validUntil: string
  /** Digits of the weekdays: 1 is Monday, 7 Sunday. */
  readonly weekdays: string
  readonly stops: readonly Stop[]
}

/** One train from one station to another on a day. */
export interface Trip {
  readonly train: string
  readonly from: string
  readonly to: string
  /** Of the departure at `from`. */
  readonly day: string
  readonly departsAt: number
  readonly arrivesAt: number
}

export type TicketState = 'sold' | 'refunded' | 'changed'

/** What of a ticket its rules look at. */
export interface TicketLife {
  readonly state: TicketState
  readonly departsAt: number
  /** The ticket it was changed from. */
  readonly replaces: string | null
}

/** The Shanghai day of a time. */
export const shanghaiDay = (at: number): string =>
  new Date(at + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10)

/** When a Shanghai day begins. */
export const dayStart = (day: string): number => Date.parse(`${day}T00:00:00Z`) - SHANGHAI_OFFSET_MS

/** Whether a text is a day of the calendar. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

/** The trip of this train that leaves `from` on `day`; undefined when it doesn't go so. */
export function tripOf(train: Train, from: string, to: string, day: string): Trip | undefined {
  const start = train.stops.findIndex(stop => stop.station === from)
  const end = train.stops.findIndex(stop => stop.station === to)
  const departs = train.stops[start]?.departs ?? null
  const arrives = train.stops[end]?.arrives ?? null
  if (start >= end || departs === null || arrives === null) return undefined
  const startOfRun = dayStart(day) - Math.floor(departs / DAY_MIN) * DAY_MS
  if (!starts(train, shanghaiDay(startOfRun))) return undefined
  const at = (minutes: number) => startOfRun + minutes * 60_000
  return { train: train.number, from, to, day, departsAt: at(departs), arrivesAt: at(arrives) }
}

function starts({ validFrom, validUntil, weekdays }: Train, day: string): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay() || 7
  return validFrom <= day && day <= validUntil && weekdays.includes(String(weekday))
}

/** Why a trip can't be sold now; undefined when it can. */
export function saleFault(
  trip: Pick<Trip, 'departsAt' | 'day'>,
  now: number,
): 'TRAIN_DEPARTED' | 'SALE_NOT_OPEN' | undefined {
  if (trip.departsAt <= now) return 'TRAIN_DEPARTED'
  const last = shanghaiDay(now + SALE_DAYS_AHEAD * DAY_MS)
  return trip.day > last ? 'SALE_NOT_OPEN' : undefined
}

/** Why a ticket can't be given back now; undefined when it can. */
export function refundFault(
  ticket: TicketLife,
  now: number,
): 'TICKET_ENDED' | 'TRAIN_DEPARTED' | undefined {
  if (ticket.state !== 'sold') return 'TICKET_ENDED'
  return ticket.departsAt <= now ? 'TRAIN_DEPARTED' : undefined
}

/** Why a ticket can't be changed for another now; once is enough. */
export function changeFault(
  ticket: TicketLife,
  now: number,
): 'TICKET_ENDED' | 'TRAIN_DEPARTED' | 'CHANGED_BEFORE' | undefined {
  return refundFault(ticket, now) ?? (ticket.replaces === null ? undefined : 'CHANGED_BEFORE')
}

/** When a train is boarded: Unix seconds, `from ≤ now < until`. */
export function boardingWindow(
  departsAt: number,
  { opensMin, closesMin }: { readonly opensMin: number; readonly closesMin: number },
): { from: number; until: number } {
  const departs = Math.floor(departsAt / 1000)
  return { from: departs - opensMin * 60, until: departs - closesMin * 60 }
}
