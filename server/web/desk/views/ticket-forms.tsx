/** Tickets: which one, which train, and then the passenger's code. */
import { useState } from 'preact/hooks'
import { shanghaiDay } from '../../../domain/ticket.ts'
import { NAME_POINTS_MAX } from '../../../limits.ts'
import { language } from '../../shared/language.ts'
import { Field } from '../../shared/parts.tsx'
import { clockTime } from '../../shared/shown-time.ts'
import { openTickets } from '../choices.ts'
import type { Desk } from '../desk.ts'
import type { Act, Person, Station, Trip } from '../screens.ts'
import { say, type TextKey, troubleText } from '../texts.ts'
import { ActForm, Done, TextField } from './form-parts.tsx'
import { ticketLine } from './held-rows.tsx'

type Of<K extends Act['is']> = { readonly desk: Desk } & Extract<Act, { is: K }>

interface PickProps {
  readonly desk: Desk
  readonly person: Person
  readonly purpose: 'refund' | 'change'
}

export function Pick({ desk, person, purpose }: PickProps) {
  const pick = purpose === 'refund' ? desk.tickets.refund : desk.tickets.trip.bind(null, 'change')
  return (
    <div class="act">
      <h2>{say(`pick.${purpose}`)}</h2>
      {openTickets(person, desk.now()).map((ticket, i) => (
        <button
          key={ticket.id}
          ref={i === 0 ? focused : null}
          type="button"
          class="button line choice"
          onClick={() => void pick(ticket)}
        >
          <span>
            {ticket.train}
            <small>{ticketLine(ticket, desk.now())}</small>
          </span>
        </button>
      ))}
      <button type="button" class="button plain" onClick={desk.callOff} aria-keyshortcuts="Escape">
        {say('act.esc')}
      </button>
    </div>
  )
}

const focused = (element: HTMLElement | null) => element?.focus()

export function TripForm({ desk, purpose, ticket, stations, trains }: Of<'trip'>) {
  if (stations.is === 'here') {
    const from = ticket?.from ?? stations.value[0]?.name ?? ''
    const to = ticket?.to ?? stations.value.find(({ name }) => name !== from)?.name ?? ''
    const first = { from, to, day: shanghaiDay(desk.now()) }
    const props = { desk, purpose, trains, stations: stations.value, first }
    return <Search {...props} />
  }
  const text: Readonly<Record<typeof stations.is, TextKey>> = {
    ...{ loading: 'trip.loading', none: 'trip.no-stations' },
    ...{ forbidden: 'act.forbidden', away: 'trouble.unreachable' },
  }
  return (
    <Done desk={desk} tone="retry" title={say(`act.${purpose}`)}>
      <p>{stations.is === 'away' ? troubleText(stations.trouble) : say(text[stations.is])}</p>
    </Done>
  )
}

interface SearchProps {
  readonly desk: Desk
  readonly purpose: 'sale' | 'change'
  readonly trains: Extract<Act, { is: 'trip' }>['trains']
  readonly stations: readonly Station[]
  readonly first: { readonly from: string; readonly to: string; readonly day: string }
}

function Search({ desk, purpose, trains, stations, first }: SearchProps) {
  const [wanted, setWanted] = useState(first)
  const station = (id: 'from' | 'to') => (
    <Field id={id} label={say(`trip.${id}`)} hint="" fault={undefined}>
      <select
        id={id}
        value={wanted[id]}
        ref={id === 'from' ? focusedOnce : null}
        onChange={event => setWanted({ ...wanted, [id]: event.currentTarget.value })}
      >
        {stations.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </Field>
  )
  return (
    <ActForm
      desk={desk}
      title={say(`act.${purpose}`)}
      trouble={trains?.is === 'away' ? trains.trouble : undefined}
      submit="trip.find"
      run={() => void desk.tickets.trains(wanted)}
    >
      <div class="pair">
        {station('from')}
        {station('to')}
      </div>
      <Field id="day" label={say('trip.day')} hint="" fault={undefined}>
        <input
          id="day"
          type="date"
          value={wanted.day}
          min={first.day}
          onInput={event => setWanted({ ...wanted, day: event.currentTarget.value })}
        />
      </Field>
      <div role="status">
        {trains?.is === 'none' && <p class="note">{say('trip.none')}</p>}
        {trains?.is === 'here' && (
          <>
            <h3>{say('trip.choose')}</h3>
            <ul class="trains">
              {trains.value.map(trip => (
                <TripRow key={trip.train} desk={desk} trip={trip} />
              ))}
            </ul>
          </>
        )}
      </div>
    </ActForm>
  )
}

/** When the form comes, not each time it is drawn. */
const seen = new WeakSet<HTMLElement>()
function focusedOnce(element: HTMLElement | null): void {
  if (element === null || seen.has(element)) return
  seen.add(element)
  element.focus()
}

function TripRow({ desk, trip }: { readonly desk: Desk; readonly trip: Trip }) {
  const time = (at: string) => clockTime(Date.parse(at), Date.parse(at), language.value)
  return (
    <li>
      <button type="button" class="button line choice" onClick={() => desk.tickets.choose(trip)}>
        <span>{trip.train}</span>
        <span class="digits">
          {time(trip.departsAt)} – {time(trip.arrivesAt)}
        </span>
      </button>
    </li>
  )
}

export function Present({ desk, purpose, ticket, order, paper, trouble }: Of<'present'>) {
  const [text, setText] = useState('')
  const isPaper = paper !== undefined
  const run = () => {
    if (text.trim() === '') return
    void desk.tickets.present(paper ?? text, isPaper ? text : undefined)
  }
  return (
    <ActForm
      desk={desk}
      title={say('present.title')}
      trouble={trouble}
      submit="present.do"
      run={run}
    >
      <p class="quiet">{say('present.text', { purpose: say(`purpose.${purpose}`) })}</p>
      {ticket && (
        <p>
          <b>{ticket.train}</b> {ticketLine(ticket, desk.now())}
        </p>
      )}
      {order && (
        <p>
          {ticket && '→ '}
          <b>{order.train}</b> {order.from} → {order.to}, {order.day}
        </p>
      )}
      <TextField
        id={isPaper ? 'holder' : 'code'}
        label={isPaper ? 'present.paper' : 'present.field'}
        value={text}
        put={setText}
        max={isPaper ? NAME_POINTS_MAX * 4 : 2_000}
        takesFocus
      />
    </ActForm>
  )
}

export function Ticketed({ desk, purpose, ticket }: Of<'ticketed'>) {
  return (
    <Done desk={desk} tone="pass" title={say(`ticketed.${purpose}`)}>
      <p>
        <b>{ticket.train}</b> {ticketLine(ticket, desk.now())}
      </p>
      <p class="quiet">{say('ticketed.text')}</p>
    </Done>
  )
}
