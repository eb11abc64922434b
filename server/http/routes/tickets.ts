/**
 * Tickets at the desk: trains, and sale, refund and change against a presented code. Each is bound to
 * the person behind the code, whatever certificate they have now.
 */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { PASS_TEXT_CHARS_MAX, TRAIN_NUMBER_BYTES_MAX } from '../../../pass/limits.ts'
import { isDay, type Trip } from '../../domain/ticket.ts'
import { Problem } from '../../errors.ts'
import { PRICE_FEN_MAX, SEAT_CLASS_CHARS_MAX } from '../../limits.ts'
import { checkPresented, type DeskPurpose } from '../../services/check-pass.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { findCertificate } from '../../store/certificates/certificates.ts'
import type { Acting, Ticket } from '../../tickets/port.ts'
import {
  certificateIdSchema,
  isoTime,
  json,
  jsonBody,
  lineSchema,
  nameSchema,
  presentedNameSchema,
  problems,
  route,
} from './route.ts'

const daySchema = z.string().refine(isDay, 'a day, YYYY-MM-DD')
const presentedShape = {
  code: z.string().max(PASS_TEXT_CHARS_MAX).describe('the text in the QR code'),
  name: presentedNameSchema,
}
const orderShape = {
  train: z.string().min(1).max(TRAIN_NUMBER_BYTES_MAX),
  from: nameSchema,
  to: nameSchema,
  day: daySchema.describe('of the departure at `from`, in Shanghai'),
  seatClass: lineSchema(SEAT_CLASS_CHARS_MAX).optional(),
  price: z.int().min(0).max(PRICE_FEN_MAX).optional().describe('fen'),
}
const tripShape = {
  train: z.string(),
  from: z.string(),
  to: z.string(),
  day: z.string(),
  departsAt: z.iso.datetime(),
  arrivesAt: z.iso.datetime(),
}
const ticketSchema = z
  .object({
    id: z.string(),
    ...tripShape,
    seatClass: z.string().nullable(),
    price: z.int().nullable(),
    state: z.enum(['sold', 'refunded', 'changed']),
    replaces: z.string().nullable().describe('the ticket it was changed from'),
    soldAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  })
  .openapi('Ticket')
const ticketAnswer = (what: string) => json(what, z.object({ ticket: ticketSchema }))
/** A ticket's id has the form of a certificate's. */
const idParam = z.object({ id: certificateIdSchema })

const stationsRoute = route(
  { by: 'staff', permission: 'ticket.read' },
  {
    method: 'get',
    path: '/v1/stations',
    tags: ['tickets'],
    summary: 'Stations of the timetable',
    responses: {
      200: json(
        'By name',
        z.object({ stations: z.array(z.object({ name: z.string(), title: z.string() })) }),
      ),
      ...problems('SIGN_IN', 'FORBIDDEN'),
    },
  },
)

const trainsRoute = route(
  { by: 'staff', permission: 'ticket.read' },
  {
    method: 'get',
    path: '/v1/trains',
    tags: ['tickets'],
    summary: 'Trains from one station to another on a day, those that have not left',
    request: { query: z.object({ from: nameSchema, to: nameSchema, day: daySchema }) },
    responses: {
      200: json('The first to leave first', z.object({ trains: z.array(z.object(tripShape)) })),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN'),
    },
  },
)

const listRoute = route(
  { by: 'staff', permission: 'ticket.read' },
  {
    method: 'get',
    path: '/v1/desk/certificates/{id}/tickets',
    tags: ['tickets'],
    summary: 'Tickets of the person who holds this certificate, the latest departure first',
    request: { params: idParam },
    responses: {
      200: json('Sold, refunded and changed', z.object({ tickets: z.array(ticketSchema) })),
      ...problems('INVALID', 'SIGN_IN', 'FORBIDDEN', 'CERTIFICATE_UNKNOWN'),
    },
  },
)

const REFUSALS = ['INVALID', 'SIGN_IN', 'FORBIDDEN', 'PASS_REFUSED', 'RATE_LIMITED'] as const
const SALE_FAULTS = [
  'TRAIN_UNKNOWN',
  'NOT_SERVED',
  'TRAIN_DEPARTED',
  'SALE_NOT_OPEN',
  'TICKET_HELD',
] as const

const sellRoute = route(
  { by: 'staff', permission: 'ticket.sell' },
  {
    method: 'post',
    path: '/v1/tickets',
    tags: ['tickets'],
    summary: 'Sell a ticket against a presented code; one a person, train and day',
    request: jsonBody(z.strictObject({ ...presentedShape, ...orderShape })),
    responses: {
      201: ticketAnswer('Sold. The gates of the station know it with their next poll'),
      ...problems(...REFUSALS, ...SALE_FAULTS),
    },
  },
)

const refundRoute = route(
  { by: 'staff', permission: 'ticket.refund' },
  {
    method: 'post',
    path: '/v1/tickets/{id}/refund',
    tags: ['tickets'],
    summary: 'Refund a ticket of the person behind a presented code, before departure',
    request: { params: idParam, ...jsonBody(z.strictObject(presentedShape)) },
    responses: {
      200: ticketAnswer('Refunded'),
      ...problems(...REFUSALS, 'TICKET_UNKNOWN', 'TICKET_ENDED', 'TRAIN_DEPARTED'),
    },
  },
)

const changeRoute = route(
  { by: 'staff', permission: 'ticket.change' },
  {
    method: 'post',
    path: '/v1/tickets/{id}/change',
    tags: ['tickets'],
    summary: 'Change a ticket for another, before departure and once: both or neither',
    request: { params: idParam, ...jsonBody(z.strictObject({ ...presentedShape, ...orderShape })) },
    responses: {
      201: ticketAnswer('The new ticket'),
      ...problems(...REFUSALS, ...SALE_FAULTS, 'TICKET_UNKNOWN', 'TICKET_ENDED', 'CHANGED_BEFORE'),
    },
  },
)

export function registerTickets(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(stationsRoute, async c => {
    const stations = await c.get('service').tickets.stations()
    return c.json({ stations: [...stations] }, 200)
  })
  app.openapi(trainsRoute, async c => {
    const trips = await c.get('service').tickets.trips(c.req.valid('query'))
    return c.json({ trains: trips.map(shownTrip) }, 200)
  })
  app.openapi(listRoute, async c => {
    const { db, tickets } = c.get('service')
    const certificate = await findCertificate(db, c.req.valid('param').id)
    if (certificate === undefined) throw new Problem('CERTIFICATE_UNKNOWN')
    const held = await tickets.of(certificate.person)
    return c.json({ tickets: held.map(shownTicket) }, 200)
  })
  app.openapi(sellRoute, async c => {
    const { code, name, ...order } = c.req.valid('json')
    const acting = await actingFor(c, { code, name }, 'sale')
    const ticket = await c.get('service').tickets.sell(order, acting)
    return c.json({ ticket: shownTicket(ticket) }, 201)
  })
  app.openapi(refundRoute, async c => {
    const acting = await actingFor(c, c.req.valid('json'), 'refund')
    const ticket = await c.get('service').tickets.refund(c.req.valid('param').id, acting)
    return c.json({ ticket: shownTicket(ticket) }, 200)
  })
  app.openapi(changeRoute, async c => {
    const { code, name, ...order } = c.req.valid('json')
    const acting = await actingFor(c, { code, name }, 'change')
    const ticket = await c.get('service').tickets.change(c.req.valid('param').id, order, acting)
    return c.json({ ticket: shownTicket(ticket) }, 201)
  })
}

/** The person behind the code, checked and audited as at `POST /v1/checks`. */
async function actingFor(
  c: Context<ServiceEnv>,
  { code: text, name }: { readonly code: string; readonly name?: string | undefined },
  purpose: DeskPurpose,
): Promise<Acting> {
  const by = c.get('staff')
  const result = await checkPresented(c.get('service'), { text, purpose, name, by })
  if (!result.accepted) throw new Problem('PASS_REFUSED', { reason: result.reason })
  return { person: result.certificate.person, by: by.id }
}

function shownTrip({ train, from, to, day, departsAt, arrivesAt }: Trip) {
  return { train, from, to, day, departsAt: isoTime(departsAt), arrivesAt: isoTime(arrivesAt) }
}

function shownTicket(ticket: Ticket) {
  const { id, seatClass, price, state, replaces, soldAt, endedAt } = ticket
  const dates = { soldAt: isoTime(soldAt), endedAt: endedAt === null ? null : isoTime(endedAt) }
  return { id, ...shownTrip(ticket), seatClass, price, state, replaces, ...dates }
}
