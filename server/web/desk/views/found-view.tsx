/** The middle of the page: what was found, what is wanted for it, or why nothing was. */
import { useState } from 'preact/hooks'
import { NAME_POINTS_MAX } from '../../../limits.ts'
import { useHeldFocus } from '../../shared/focus.ts'
import { Icon } from '../../shared/icons.tsx'
import { Spinner } from '../../shared/parts.tsx'
import { SendButton } from '../../shared/sending.tsx'
import type { Desk } from '../desk.ts'
import type { Found } from '../screens.ts'
import { say, troubleText } from '../texts.ts'
import { ActForm, TextField } from './form-parts.tsx'
import { PersonCard } from './person-card.tsx'

interface FoundProps {
  readonly desk: Desk
}

export function FoundView({ desk }: FoundProps) {
  const found = desk.found.value
  const place = useHeldFocus<HTMLDivElement>()
  return (
    <div ref={place} class="found" tabIndex={-1}>
      <Now desk={desk} found={found} />
    </div>
  )
}

function Now({ desk, found }: FoundProps & { readonly found: Found }) {
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
            <SendButton waiting={desk.waiting} class="button line" press={found.again}>
              {say('again')}
            </SendButton>
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
