/** The middle of the page: what was found, what is wanted for it, or why nothing was. */
import { useState } from 'preact/hooks'
import { NAME_POINTS_MAX } from '../../../limits.ts'
import { Icon } from '../../shared/icons.tsx'
import { Spinner } from '../../shared/parts.tsx'
import type { Desk } from '../desk.ts'
import { say, troubleText } from '../texts.ts'
import { ActForm, TextField } from './form-parts.tsx'
import { PersonCard } from './person-card.tsx'

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
