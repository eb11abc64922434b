/**
 * Tickets in the database. What must never happen twice (a ticket for one person, train and day; a
 * refund) is settled by a single statement each, so that parallel replicas agree.
 */
import type { Selectable } from 'kysely'
import type { TicketState } from '../../domain/ticket.ts'
import type { Database, Tx } from '../schema/schema.ts'
import type { TicketsTable } from '../schema/ticket-schema.ts'

export type TicketRow = Selectable<TicketsTable>

/** Stores a sold ticket. False when this person holds one for that train and day. */
export async function addTicket(
  tx: Tx,
  ticket: Omit<TicketRow, 'state' | 'ended_at'>,
): Promise<boolean> {
  const row = await tx
    .insertInto('tickets')
    .values({ ...ticket, state: 'sold', ended_at: null })
    .onConflict(c => c.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Ends a ticket that is sold and has not departed. False when it was neither. */
export async function endTicket(
  tx: Tx,
  id: string,
  state: Exclude<TicketState, 'sold'>,
  now: number,
): Promise<boolean> {
  const row = await tx
    .updateTable('tickets')
    .set({ state, ended_at: now })
    .where('id', '=', id)
    .where('state', '=', 'sold')
    .where('departs_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** A ticket of this person. */
export function findTicket(
  db: Database | Tx,
  person: string,
  id: string,
): Promise<TicketRow | undefined> {
  return db
    .selectFrom('tickets')
    .selectAll()
    .where('id', '=', id)
    .where('person', '=', person)
    .executeTakeFirst()
}

/** The ticket that a person holds for a train and day. */
export function heldTicket(
  tx: Tx,
  held: { readonly person: string; readonly train: string; readonly day: string },
): Promise<TicketRow | undefined> {
  return tx
    .selectFrom('tickets')
    .selectAll()
    .where('person', '=', held.person)
    .where('train', '=', held.train)
    .where('day', '=', held.day)
    .where('state', '=', 'sold')
    .executeTakeFirst()
}

/** Tickets of a person, the latest departure first. */
export function ticketsOf(db: Database | Tx, person: string, limit: number): Promise<TicketRow[]> {
  return db
    .selectFrom('tickets')
    .selectAll()
    .where('person', '=', person)
    .orderBy('departs_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Departures from `sinceMs` to before `untilMs`. */
export interface Span {
  readonly sinceMs: number
  readonly untilMs: number
}

export interface Boarding {
  /** Of the person's certificate that runs, hex. */
  readonly cti: string
  readonly train: string
  readonly departsAt: number
}

/**
 * Tickets from a station whose holders have a certificate, the latest departure first. They belong
 * to the person: whichever certificate runs now takes them along.
 */
export async function boardingsFrom(
  tx: Tx,
  station: string,
  span: Span,
  place: { readonly now: number; readonly limit: number },
): Promise<Boarding[]> {
  const rows = await held(tx, span, place.now)
    .select(['people.active_certificate as cti', 'tickets.train', 'tickets.departs_at'])
    .where('tickets.from_station', '=', station)
    .orderBy('tickets.departs_at', 'desc')
    .orderBy('tickets.id')
    .limit(place.limit)
    .execute()
  return rows.map(({ cti, train, departs_at }) => ({
    cti: cti as string,
    train,
    departsAt: departs_at,
  }))
}

/** Certificates with a ticket from any other station, hex. */
export async function boardingElsewhere(
  tx: Tx,
  station: string,
  span: Span,
  place: { readonly now: number; readonly limit: number },
): Promise<string[]> {
  const rows = await held(tx, span, place.now)
    .select('people.active_certificate as cti')
    .where('tickets.from_station', '!=', station)
    .groupBy('people.active_certificate')
    .orderBy(eb => eb.fn.min('tickets.departs_at'))
    .orderBy('people.active_certificate')
    .limit(place.limit)
    .execute()
  return rows.map(({ cti }) => cti as string)
}

/** Sold tickets of the span, beside the person whose certificate runs. */
function held(tx: Tx, { sinceMs, untilMs }: Span, now: number) {
  return tx
    .selectFrom('tickets')
    .innerJoin('people', 'people.id', 'tickets.person')
    .where('tickets.state', '=', 'sold')
    .where('tickets.departs_at', '>=', sinceMs)
    .where('tickets.departs_at', '<', untilMs)
    .where('people.active_certificate', 'is not', null)
    .where('people.active_until', '>', now)
}
