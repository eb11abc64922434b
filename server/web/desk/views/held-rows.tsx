/** What the person holds: the certificate that runs, and its tickets. */
import type { Ticket } from '../../shared/api.d.ts'
import { language } from '../../shared/language.ts'
import { clockTime } from '../../shared/shown-time.ts'
import type { Desk } from '../desk.ts'
import type { Person } from '../screens.ts'
import { say } from '../texts.ts'

interface HeldProps {
  readonly desk: Desk
  readonly person: Person
}

export function Certificate({ desk, person }: HeldProps) {
  const { certificate, approval } = person.looked
  const time = (at: string) => clockTime(Date.parse(at), desk.now(), language.value)
  return (
    <div class="rows">
      <h3>{say('cert.title')}</h3>
      {certificate === null ? (
        <p class="quiet">{say('cert.none')}</p>
      ) : (
        <p class="row">
          <span>
            <b>{say(`cert.${certificate.channel}`)}</b> ·{' '}
            {say('cert.until', { at: time(certificate.validUntil) })}
          </span>
          <span class="state pass">{say('cert.valid')}</span>
        </p>
      )}
      {approval !== null && (
        <p>
          <span class="state retry">{say('cert.waiting', { at: time(approval.expiresAt) })}</span>
        </p>
      )}
    </div>
  )
}

export function Tickets({ desk, person }: HeldProps) {
  const { tickets } = person
  if (tickets.is === 'forbidden') return null
  return (
    <div class="rows">
      <h3>{say('ticket.title')}</h3>
      {tickets.is === 'here' && tickets.value.length > 0 ? (
        <ul>
          {tickets.value.map(ticket => (
            <TicketRow key={ticket.id} desk={desk} ticket={ticket} />
          ))}
        </ul>
      ) : (
        <p class="quiet">
          {say(
            tickets.is === 'loading'
              ? 'ticket.loading'
              : tickets.is === 'away'
                ? 'ticket.away'
                : 'ticket.none',
          )}
          {tickets.is === 'away' && (
            <button type="button" class="button plain" onClick={() => void desk.person.tickets()}>
              {say('again')}
            </button>
          )}
        </p>
      )}
    </div>
  )
}

export function ticketLine({ from, to, departsAt }: Ticket, now: number): string {
  return say('ticket.line', { from, to, at: clockTime(Date.parse(departsAt), now, language.value) })
}

const TICKET_TONES = { sold: 'pass', refunded: 'refuse', changed: 'retry' } as const

function TicketRow({ desk, ticket }: { readonly desk: Desk; readonly ticket: Ticket }) {
  return (
    <li class="row">
      <span>
        <b>{ticket.train}</b> {ticketLine(ticket, desk.now())}
      </span>
      <span class={`state ${TICKET_TONES[ticket.state]}`}>{say(`ticket.${ticket.state}`)}</span>
    </li>
  )
}
