/**
 * The railway's ticketing, as the service uses it. The embedded one stands behind this port; a
 * railway puts its own there. A ticket belongs to a person, never to a certificate.
 */
import type { TicketState, Trip } from '../domain/ticket.ts'
import type { Database, Tx } from '../store/schema/schema.ts'
import type { Boarding, Span } from '../store/tickets/tickets.ts'
import type { Station } from '../store/tickets/timetable.ts'

export interface Ticket extends Trip {
  readonly id: string
  readonly seatClass: string | null
  /** Fen. */
  readonly price: number | null
  readonly state: TicketState
  /** The ticket it was changed from. */
  readonly replaces: string | null
  readonly soldAt: number
  readonly endedAt: number | null
}

/** What a passenger wants. */
export interface Order {
  readonly train: string
  readonly from: string
  readonly to: string
  /** Of the departure at `from`, Shanghai, `YYYY-MM-DD`. */
  readonly day: string
  readonly seatClass?: string | undefined
  /** Fen. */
  readonly price?: number | undefined
}

/** Whose ticket, and who at the desk acts. */
export interface Acting {
  readonly person: string
  /** Id of the member of staff. */
  readonly by: string
}

export interface Tickets {
  stations(): Promise<readonly Station[]>
  /** Trips of a day that have not left yet, the first to leave first; at most TRAINS_FOUND_MAX. */
  trips(search: Pick<Order, 'from' | 'to' | 'day'>): Promise<readonly Trip[]>
  /** Tickets of a person, the latest departure first; at most TICKETS_SHOWN_MAX. */
  of(person: string): Promise<readonly Ticket[]>
  /**
   * Throws Problem `TRAIN_UNKNOWN`, `NOT_SERVED`, `TRAIN_DEPARTED`, `SALE_NOT_OPEN`, `TICKET_HELD`
   * (with the ticket's id) or `RATE_LIMITED`.
   */
  sell(order: Order, acting: Acting): Promise<Ticket>
  /** Throws Problem `TICKET_UNKNOWN`, `TICKET_ENDED` or `TRAIN_DEPARTED`. */
  refund(id: string, acting: Acting): Promise<Ticket>
  /**
   * Gives the ticket back and sells another, both or neither. Throws what `refund` and `sell` throw,
   * and Problem `CHANGED_BEFORE`.
   */
  change(id: string, order: Order, acting: Acting): Promise<Ticket>
  /** Whether the timetable knows this station: then it has a boarding list. */
  serves(db: Database | Tx, station: string): Promise<boolean>
  /** Who boards at a station, by the certificates that run. `tx`: the caller's transaction. */
  boardings(tx: Tx, station: string, span: Span, limit: number): Promise<readonly Boarding[]>
  /** Certificates with a ticket from another station, hex, the first to leave first. */
  elsewhere(tx: Tx, station: string, span: Span, limit: number): Promise<readonly string[]>
}
