/** The person at the window: identity, with the photo for the eye check, and what is in the audit. */
import { useState } from 'preact/hooks'
import { Icon } from '../../shared/icons.tsx'
import { language } from '../../shared/language.ts'
import { maskedNumber } from '../../shared/masked-number.ts'
import { SendButton } from '../../shared/sending.tsx'
import { clockTime } from '../../shared/shown-time.ts'
import type { Loaded } from '../../shared/staff/staff-screen.ts'
import type { Desk } from '../desk.ts'
import { keyShortcut, keyText } from '../keys.ts'
import type { Person } from '../screens.ts'
import { say, type TextKey } from '../texts.ts'
import { Certificate, Tickets } from './held-rows.tsx'

interface PersonProps {
  readonly desk: Desk
  readonly person: Person
}

export function PersonCard({ desk, person }: PersonProps) {
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
          <SendButton
            waiting={desk.waiting}
            class="button plain show"
            aria-keyshortcuts={keyShortcut('number')}
            press={() => void desk.person.number()}
          >
            {say('person.number')} <kbd>{keyText('number')}</kbd>
            <small class="quiet">{say('person.number.note')}</small>
          </SendButton>
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
