/** The tables of timetable, tickets and boarding lists; conventions as in schema.ts. */
import type { TicketState } from '../../domain/ticket.ts'

export interface StationsTable {
  /** As in a gate's config. */
  name: string
  title: string
}

export interface TrainsTable {
  number: string
  /** Shanghai days, `YYYY-MM-DD`. */
  valid_from: string
  valid_until: string
  /** Digits, 1 for Monday. */
  weekdays: string
}

export interface TrainStopsTable {
  train: string
  position: number
  station: string
  /** Minutes after midnight of the day on which the train starts. */
  arrives: number | null
  departs: number | null
}

export interface TicketsTable {
  id: string
  person: string
  train: string
  from_station: string
  to_station: string
  /** Of the departure, Shanghai. */
  day: string
  departs_at: number
  arrives_at: number
  seat_class: string | null
  /** Fen. */
  price: number | null
  state: TicketState
  /** The ticket it was changed from. */
  replaces: string | null
  sold_at: number
  ended_at: number | null
}

export interface BoardingListsTable {
  station: string
  /** Hex. */
  sha256: string
  bytes: Uint8Array
  /** Hash of this station's tickets alone: when this is the same, nothing changed at this station. */
  basis: string
  /** When it was made, with what was known of other stations. */
  made_at: number
  /** When it was last found to hold. */
  looked_at: number
  /** Null: it is the station's list. */
  superseded_at: number | null
}
