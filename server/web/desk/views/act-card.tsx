/** On the right: what can be done for the person, or what was begun. */

import { useHeldFocus } from '../../shared/focus.ts'
import { type Choice, choicesOf } from '../choices.ts'
import type { Desk } from '../desk.ts'
import { keyShortcut, keyText } from '../keys.ts'
import type { Act, Person } from '../screens.ts'
import { say } from '../texts.ts'
import { Done, Told } from './form-parts.tsx'
import { AppealForm, Decide, OwnApproval, Resolved } from './second-forms.tsx'
import { Pick, Present, Ticketed, TripForm } from './ticket-forms.tsx'
import { Asked, Issue, Issued, PaperForm, Printed, Revoke, Unlock } from './window-forms.tsx'

export function ActCard({ desk }: { readonly desk: Desk }) {
  const act = desk.act.value
  const found = desk.found.value
  const person = found.is === 'person' ? found.person : undefined
  const card = useHeldFocus<HTMLElement>()
  return (
    <section ref={card} class="card acts" tabIndex={-1} aria-label={say('act.title')}>
      {act === undefined ? (
        <Choices desk={desk} person={person} />
      ) : (
        <ActView key={act.is} desk={desk} act={act} person={person} />
      )}
    </section>
  )
}

function Choices({ desk, person }: { readonly desk: Desk; readonly person: Person | undefined }) {
  if (person === undefined) return <p class="quiet middle">{say('act.none')}</p>
  const groups = Map.groupBy(choicesOf(desk, person), ({ why }) => why)
  const [first] = groups.get(undefined) ?? []
  const button = (choice: Choice) => (
    <ChoiceButton key={choice.name} desk={desk} choice={choice} isFirst={choice === first} />
  )
  return (
    <>
      <h2>{say('act.title')}</h2>
      {groups.get(undefined)?.map(button)}
      {[...groups].map(
        ([why, choices]) =>
          why !== undefined && (
            <div key={why} class="group">
              <h3>{say(why)}</h3>
              {choices.map(button)}
            </div>
          ),
      )}
    </>
  )
}

interface ChoiceProps {
  readonly desk: Desk
  readonly choice: Choice
  readonly isFirst: boolean
}

function ChoiceButton({ desk, choice, isFirst }: ChoiceProps) {
  const { name, text, why } = choice
  return (
    <button
      type="button"
      class={`button choice ${isFirst ? '' : 'line'} ${name === 'revoke' ? 'warn' : ''}`}
      disabled={why !== undefined}
      aria-keyshortcuts={keyShortcut(name)}
      onClick={() => desk.begin(name)}
    >
      <span>{say(text)}</span>
      <kbd>{keyText(name)}</kbd>
    </button>
  )
}

interface ActProps {
  readonly desk: Desk
  readonly act: Act
  readonly person: Person | undefined
}

function ActView({ desk, act, person }: ActProps) {
  switch (act.is) {
    case 'trouble':
      return (
        <Done desk={desk} tone="refuse" title={say('trouble.title')}>
          <Told trouble={act.trouble} />
        </Done>
      )
    case 'asked':
      return <Asked desk={desk} {...act} />
    case 'issued':
      return <Issued desk={desk} {...act} />
    case 'printed':
      return <Printed desk={desk} />
    case 'revoked':
      return (
        <Done desk={desk} tone="pass" title={say('revoked.title')}>
          <p>{say(act.areGatesTold ? 'revoked.told' : 'revoked.later')}</p>
        </Done>
      )
    case 'unlocked':
      return (
        <Done desk={desk} tone="pass" title={say('unlocked.title')}>
          <p>{say('unlocked.text')}</p>
        </Done>
      )
    case 'trip':
      return <TripForm desk={desk} {...act} />
    case 'present':
      return <Present key={act.paper ?? ''} desk={desk} {...act} />
    case 'ticketed':
      return <Ticketed desk={desk} {...act} />
    case 'decide':
      return <Decide desk={desk} {...act} />
    case 'decided':
      return (
        <Done
          desk={desk}
          tone={act.outcome === 'approved' ? 'pass' : 'refuse'}
          title={say(`decided.${act.outcome}`)}
        >
          <p>{say('decided.text')}</p>
        </Done>
      )
    case 'approval':
      return <OwnApproval desk={desk} {...act} />
    case 'appeal':
      return (
        <>
          <AppealForm key={act.appeal.id} desk={desk} {...act} />
          {person && <Choices desk={desk} person={person} />}
        </>
      )
    case 'resolved':
      return <Resolved desk={desk} {...act} />
    default:
      return person === undefined ? null : <OfPerson desk={desk} act={act} person={person} />
  }
}

interface OfPersonProps {
  readonly desk: Desk
  readonly act: Extract<Act, { is: 'issue' | 'paper' | 'revoke' | 'unlock' | 'pick' }>
  readonly person: Person
}

function OfPerson({ desk, act, person }: OfPersonProps) {
  switch (act.is) {
    case 'issue':
      return <Issue desk={desk} person={person} trouble={act.trouble} />
    case 'paper':
      return <PaperForm desk={desk} person={person} trouble={act.trouble} />
    case 'revoke':
      return <Revoke desk={desk} person={person} trouble={act.trouble} />
    case 'unlock':
      return <Unlock desk={desk} person={person} trouble={act.trouble} />
    case 'pick':
      return <Pick desk={desk} person={person} purpose={act.purpose} />
  }
}
