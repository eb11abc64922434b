/**
 * The embedded ticketing: the rules of domain/ticket.ts over the rows of store/, one transaction an
 * act with its audit. No seat inventory: a train is never full.
 */

import type { Clock } from '../clock.ts'
import { changeFault, refundFault, saleFault, type TicketState, tripOf } from '../domain/ticket.ts'
import { Problem } from '../errors.ts'
import { TICKETS_SHOWN_MAX, TRAINS_FOUND_MAX } from '../limits.ts'
import { takeRate } from '../store/applications/rates.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { handleOf } from '../store/engine/handle.ts'
import { transact } from '../store/engine/transact.ts'
import type { Database, Tx } from '../store/schema/schema.ts'
import {
  addTicket,
  boardingElsewhere,
  boardingsFrom,
  endTicket,
  findTicket,
  heldTicket,
  type TicketRow,
  ticketsOf,
} from '../store/tickets/tickets.ts'
import { findTrain, hasStation, listStations, trainsBetween } from '../store/tickets/timetable.ts'
import type { Acting, Order, Ticket, Tickets } from './port.ts'

interface Parts {
  readonly db: Database
  readonly clock: Clock
}

export function embeddedTickets({ db, clock }: Parts): Tickets {
  return {
    stations: () => listStations(db),
    async trips({ from, to, day }) {
      const now = clock.now()
      const trains = await trainsBetween(db, from, to)
      return trains
        .flatMap(train => tripOf(train, from, to, day) ?? [])
        .filter(trip => trip.departsAt > now)
        .sort((a, b) => a.departsAt - b.departsAt || (a.train < b.train ? -1 : 1))
        .slice(0, TRAINS_FOUND_MAX)
    },
    async of(person) {
      const rows = await ticketsOf(db, person, TICKETS_SHOWN_MAX)
      return rows.map(ticketOf)
    },
    sell: (order, acting) =>
      transact(db, async tx => {
        const now = clock.now()
        const row = await sellIn(tx, order, acting, now, null)
        await audit(tx, 'ticket.sell', row, acting, now)
        return ticketOf(row)
      }),
    refund: (id, acting) =>
      transact(db, async tx => {
        const now = clock.now()
        const row = await endIn(tx, id, 'refunded', acting, now)
        await audit(tx, 'ticket.refund', row, acting, now)
        return ticketOf(row)
      }),
    change: (id, order, acting) =>
      transact(db, async tx => {
        const now = clock.now()
        await endIn(tx, id, 'changed', acting, now)
        const row = await sellIn(tx, order, acting, now, id)
        await audit(tx, 'ticket.change', row, acting, now)
        return ticketOf(row)
      }),
    serves: hasStation,
    boardings: (tx, station, span, limit) =>
      boardingsFrom(tx, station, span, { now: clock.now(), limit }),
    elsewhere: (tx, station, span, limit) =>
      boardingElsewhere(tx, station, span, { now: clock.now(), limit }),
  }
}

async function sellIn(
  tx: Tx,
  order: Order,
  { person }: Acting,
  now: number,
  replaces: string | null,
): Promise<TicketRow> {
  const train = await findTrain(tx, order.train)
  if (train === undefined) throw new Problem('TRAIN_UNKNOWN')
  const trip = tripOf(train, order.from, order.to, order.day)
  if (trip === undefined) throw new Problem('NOT_SERVED')
  const fault = saleFault(trip, now)
  if (fault !== undefined) throw new Problem(fault)
  const ticket = {
    id: handleOf(tx).random.bytes(16).toString('hex'),
    person,
    train: trip.train,
    from_station: trip.from,
    to_station: trip.to,
    day: trip.day,
    departs_at: trip.departsAt,
    arrives_at: trip.arrivesAt,
    seat_class: order.seatClass ?? null,
    price: order.price ?? null,
    replaces,
    sold_at: now,
  }
  if (!(await addTicket(tx, ticket))) {
    throw new Problem('TICKET_HELD', { ticket: (await heldTicket(tx, ticket))?.id })
  }
  if (!(await takeRate(tx, 'ticket', person, now))) throw new Problem('RATE_LIMITED')
  return { ...ticket, state: 'sold', ended_at: null }
}

async function endIn(
  tx: Tx,
  id: string,
  state: Exclude<TicketState, 'sold'>,
  { person }: Acting,
  now: number,
): Promise<TicketRow> {
  const row = await findTicket(tx, person, id)
  if (row === undefined) throw new Problem('TICKET_UNKNOWN')
  const life = { state: row.state, departsAt: row.departs_at, replaces: row.replaces }
  const fault = state === 'changed' ? changeFault(life, now) : refundFault(life, now)
  if (fault !== undefined) throw new Problem(fault)
  // Another replica may have ended it since it was read.
  if (!(await endTicket(tx, id, state, now))) throw new Problem('TICKET_ENDED')
  return { ...row, state, ended_at: now }
}

function audit(
  tx: Tx,
  action: `ticket.${'sell' | 'refund' | 'change'}`,
  row: TicketRow,
  { by }: Acting,
  now: number,
): Promise<void> {
  const { train, day, from_station, to_station, replaces } = row
  const way = { train, day, from: from_station, to: to_station }
  const detail = { ...way, ...(replaces !== null && { replaces }) }
  return writeAudit(tx, { actor: `staff:${by}`, action, subject: row.id, detail }, now)
}

function ticketOf(row: TicketRow): Ticket {
  return {
    id: row.id,
    train: row.train,
    from: row.from_station,
    to: row.to_station,
    day: row.day,
    departsAt: row.departs_at,
    arrivesAt: row.arrives_at,
    seatClass: row.seat_class,
    price: row.price,
    state: row.state,
    replaces: row.replaces,
    soldAt: row.sold_at,
    endedAt: row.ended_at,
  }
}
