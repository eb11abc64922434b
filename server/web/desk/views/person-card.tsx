/** The person in the middle: identity with the photo for the eye check, certificate, tickets. */
import { useState } from 'preact/hooks'
import { NAME_POINTS_MAX } from '../../../limits.ts'
import type { Ticket } from '../../shared/api.d.ts'
import { Icon } from '../../shared/icons.tsx'
import { language } from '../../shared/language.ts'
import { maskedNumber } from '../../shared/masked-number.ts'
import { Spinner } from '../../shared/parts.tsx'
import { clockTime } from '../../shared/shown-time.ts'
import type { Desk } from '../desk.ts'
import { keyShortcut, keyText } from '../keys.ts'
import type { Loaded, Person } from '../screens.ts'
import { say, type TextKey, troubleText } from '../texts.ts'
import { ActForm, TextField } from './form-parts.tsx'

interface PersonProps {
  readonly desk: Desk
  readonly person: Person
}

export function FoundView({ desk }: { readonly desk: Desk }) {
  const found = desk.found.value
  switch (found.is) {
    case 'person':
      return <PersonCard desk={desk} person={found.person} />
    case 'name-wanted':
      return <NameForm key={found.code} desk={desk} {...found} />
    case 'looking':
      return (
        <section class="card middle-card" role="status">
          <Spinner />
          <p>{say(`find.looking.${found.by}`)}</p>
        </section>
      )
    case 'trouble':
      return (
        <section class="card middle-card" role="alert">
          <span class="badge retry">
            <Icon name={found.trouble.kind === 'code' ? 'code' : 'cross'} />
          </span>
          <p>{troubleText(found.trouble)}</p>
          {found.again && (
            <button type="button" class="button line" onClick={found.again}>
              {say('again')}
            </button>
          )}
        </section>
      )
    case 'nobody':
      return (
        <section class="card middle-card">
          <span class="badge calm">
            <Icon name="person" />
          </span>
          <p>{say('find.empty')}</p>
          <p class="quiet">{say('find.empty.text')}</p>
        </section>
      )
  }
}

interface NameProps {
  readonly desk: Desk
  readonly code: string
  readonly isWrong: boolean
}

function NameForm({ desk, code, isWrong }: NameProps) {
  const [name, setName] = useState('')
  const [isSent, setIsSent] = useState(false)
  const isEmpty = isSent && name.trim() === ''
  return (
    <section class="card middle-card name-wanted">
      <ActForm
        desk={desk}
        title={say('name.title')}
        submit="name.do"
        run={() => {
          setIsSent(true)
          if (name.trim() !== '') void desk.person.name(code, name, desk.purpose.value)
        }}
      >
        <p class="quiet">{say('name.text')}</p>
        <TextField
          id="holder"
          label="name.label"
          value={name}
          put={setName}
          max={NAME_POINTS_MAX * 4}
          fault={isEmpty ? 'field.name' : isWrong && !isSent ? 'name.wrong' : undefined}
          takesFocus
        />
      </ActForm>
    </section>
  )
}

function PersonCard({ desk, person }: PersonProps) {
  const { looked } = person
  const isKnown = looked.maskedName !== null || person.name !== undefined
  return (
    <section class="card person" aria-label={say('person.label')}>
      <Photo desk={desk} photo={person.photo} />
      <div class="identity">
        <h2 tabIndex={-1}>{person.name ?? looked.maskedName ?? say('person.unknown')}</h2>
        <span class={`state ${looked.onFile ? 'pass' : 'retry'}`}>
          {say(looked.onFile ? 'person.onFile' : 'person.notOnFile')}
        </span>
        <Facts desk={desk} person={person} />
        {!looked.onFile && !isKnown && <p class="quiet">{say('person.notOnFile.text')}</p>}
      </div>
      <Certificate desk={desk} person={person} />
      <Tickets desk={desk} person={person} />
      <Recorded person={person} />
    </section>
  )
}

function Photo({ desk, photo }: { readonly desk: Desk; readonly photo: Loaded<string> }) {
  const [broken, setBroken] = useState<string | undefined>(undefined)
  if (photo.is === 'here' && photo.value !== broken) {
    const fail = () => setBroken(photo.value)
    return <img class="photo" src={photo.value} alt={say('photo.alt')} onError={fail} />
  }
  const text: Readonly<Record<typeof photo.is, TextKey>> = {
    ...{ here: 'photo.broken', loading: 'photo.loading', none: 'photo.none' },
    ...{ forbidden: 'photo.forbidden', away: 'photo.away' },
  }
  return (
    <div class="photo">
      <Icon name="person" />
      <p>{say(text[photo.is])}</p>
      {photo.is === 'away' && (
        <button type="button" class="button plain" onClick={() => void desk.person.photoAgain()}>
          {say('again')}
        </button>
      )}
    </div>
  )
}

function Facts({ desk, person }: PersonProps) {
  const { document, looked, number } = person
  const { quota, faceChecks, documents, readings } = looked
  const { lockedUntil } = faceChecks
  const left = Math.max(0, quota.max - quota.used)
  return (
    <dl>
      <dt>{say('person.document')}</dt>
      <dd>
        {say(`type.${document.documentType}`)}{' '}
        <code class="number">{number ?? maskedNumber(document.documentNumber)}</code>
        {number === undefined && (
          <button
            type="button"
            class="button plain show"
            aria-keyshortcuts={keyShortcut('number')}
            onClick={() => void desk.person.number()}
          >
            {say('person.number')} <kbd>{keyText('number')}</kbd>
            <small class="quiet">{say('person.number.note')}</small>
          </button>
        )}
      </dd>
      {documents > 1 && (
        <>
          <dt>{say('person.documents')}</dt>
          <dd>{say('person.documents.n', { n: documents })}</dd>
        </>
      )}
      <dt>{say('person.month')}</dt>
      <dd>{say('person.month.used', { used: quota.used, left })}</dd>
      <dt>{say('person.face')}</dt>
      <dd>
        {lockedUntil === null ? (
          say('person.face.used', { used: faceChecks.used, max: faceChecks.max })
        ) : (
          <span class="state refuse">
            {say('person.face.locked', {
              at: clockTime(Date.parse(lockedUntil), desk.now(), language.value),
            })}
          </span>
        )}
      </dd>
      {number !== undefined && readings.length > 0 && (
        <>
          <dt>{say('person.read')}</dt>
          <dd>{readings.map(({ as }) => as).join(' ')}</dd>
        </>
      )}
    </dl>
  )
}

function Certificate({ desk, person }: PersonProps) {
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

function Tickets({ desk, person }: PersonProps) {
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

function Recorded({ person }: { readonly person: Person }) {
  const separator = language.value === 'zh' ? '、' : ', '
  return (
    <p class="recorded quiet" role="status">
      <Icon name="check" />
      <span>
        {say('recorded.label')}
        {language.value === 'zh' ? '：' : ': '}
        {person.recorded.map(one => say(`recorded.${one}`)).join(separator)}
      </span>
    </p>
  )
}
