/**
 * Tickets against a presented code: which train or ticket first, the code last, since it is good for
 * half a minute and for one purpose. Paper needs its holder's name beside the code.
 */
import type { Ticket } from '../shared/api.d.ts'
import type { Answer, Route } from '../shared/service-client.ts'
import { staffTroubleOf } from '../shared/staff/staff-context.ts'
import type { Loaded } from '../shared/staff/staff-screen.ts'
import { type DeskContext, troubleOf } from './desk-context.ts'
import type { Act, Order, Trip } from './screens.ts'

export interface TicketSteps {
  /** To the choice of a train; `ticket`: the one that is changed. */
  trip(purpose: 'sale' | 'change', ticket?: Ticket): Promise<void>
  /** Trains of a day between two stations. */
  trains(wanted: Omit<Order, 'train'>): Promise<void>
  choose(trip: Trip): void
  refund(ticket: Ticket): void
  /** The code was shown: now it is done. */
  present(code: string, name?: string): Promise<void>
}

type Present = Extract<Act, { is: 'present' }>

/** `onDone`: the person's tickets are others now. */
export function createTicketSteps(page: DeskContext, onDone: () => void): TicketSteps {
  const { act } = page

  async function trip(purpose: 'sale' | 'change', ticket?: Ticket): Promise<void> {
    const none = { trains: undefined, stations: { is: 'loading' } } as const
    const begun: Act = { is: 'trip', purpose, ticket, ...none }
    act.value = begun
    const route = 'GET /v1/stations'
    const answer = await page.call(route, {})
    if (act.value !== begun) return
    const stations: Loaded<
      Extract<Act, { is: 'trip' }>['stations'] extends Loaded<infer T> ? T : never
    > = !answer.ok
      ? { is: 'away', trouble: staffTroubleOf(page, route, answer) }
      : answer.body.stations.length < 2
        ? { is: 'none' }
        : { is: 'here', value: answer.body.stations }
    act.value = { ...begun, stations }
  }

  async function trains(wanted: Omit<Order, 'train'>): Promise<void> {
    if (act.value?.is !== 'trip') return
    const asked: Act = { ...act.value, trains: { is: 'loading' } }
    act.value = asked
    const route = 'GET /v1/trains'
    const answer = await page.work(route, { query: wanted })
    if (act.value !== asked) return
    const found: Loaded<readonly Trip[]> = !answer.ok
      ? { is: 'away', trouble: staffTroubleOf(page, route, answer) }
      : answer.body.trains.length === 0
        ? { is: 'none' }
        : { is: 'here', value: answer.body.trains }
    act.value = { ...asked, trains: found }
  }

  /** The request of what was chosen. */
  async function ask(
    { purpose, ticket, order }: Present,
    presented: { readonly code: string; readonly name?: string },
  ): Promise<{ readonly route: Route; readonly answer: Answer<'POST /v1/tickets'> }> {
    if (purpose === 'sale' && order !== undefined) {
      const route = 'POST /v1/tickets'
      return { route, answer: await page.work(route, { body: { ...presented, ...order } }) }
    }
    const params = { id: ticket?.id ?? '' }
    if (purpose === 'change' && order !== undefined) {
      const route = 'POST /v1/tickets/{id}/change'
      return { route, answer: await page.work(route, { params, body: { ...presented, ...order } }) }
    }
    const route = 'POST /v1/tickets/{id}/refund'
    return { route, answer: await page.work(route, { params, body: presented }) }
  }

  return {
    trip,
    trains,
    choose({ train, from, to, day }) {
      if (act.value?.is !== 'trip') return
      const { purpose, ticket } = act.value
      act.value = {
        is: 'present',
        purpose,
        ticket,
        order: { train, from, to, day },
        paper: undefined,
      }
    },
    refund(ticket) {
      act.value = { is: 'present', purpose: 'refund', ticket, order: undefined, paper: undefined }
    },
    async present(code, name) {
      const begun = act.value
      if (begun?.is !== 'present') return
      const { trouble: _, ...chosen } = begun
      const named = name === undefined ? {} : { name: name.trim() }
      const { route, answer } = await ask(begun, { code: code.trim().toUpperCase(), ...named })
      if (act.value !== begun) return
      if (answer.ok) {
        act.value = { is: 'ticketed', purpose: begun.purpose, ticket: answer.body.ticket }
        return onDone()
      }
      const trouble = troubleOf(page, route, answer)
      const isPaper = trouble.kind === 'code' && trouble.reason === 'NAME_MISSING'
      act.value = isPaper ? { ...chosen, paper: code } : { ...chosen, trouble }
    },
  }
}
