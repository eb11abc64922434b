/** Forms of the window: issue, paper, revoke, lift a lock; each with its reason, and what came of it. */
import { useState } from 'preact/hooks'
import { NAME_POINTS_MAX, REASON_CHARS_MAX } from '../../../limits.ts'
import { language } from '../../shared/language.ts'
import { timeLeft } from '../../shared/shown-time.ts'
import type { Desk } from '../desk.ts'
import type { PaperSize, Person, Trouble } from '../screens.ts'
import { say } from '../texts.ts'
import { ActForm, Done, TextField } from './form-parts.tsx'
import { ReasonForm } from './reason-form.tsx'

interface FormProps {
  readonly desk: Desk
  readonly person: Person
  readonly trouble: Trouble | undefined
}

export function Revoke({ desk, person, trouble }: FormProps) {
  return (
    <ReasonForm
      desk={desk}
      title={say('act.revoke')}
      trouble={trouble}
      submit="revoke.do"
      isDanger
      run={reason => void desk.window.revoke(person, reason)}
    >
      <p class="note">{say('revoke.text')}</p>
    </ReasonForm>
  )
}

export function Unlock({ desk, person, trouble }: FormProps) {
  return (
    <ReasonForm
      desk={desk}
      title={say('act.unlock')}
      trouble={trouble}
      submit="unlock.do"
      run={reason => void desk.window.unlock(person, reason)}
    >
      <p class="quiet">{say('unlock.text')}</p>
    </ReasonForm>
  )
}

const SIZES = ['a5', 'receipt'] as const satisfies readonly PaperSize[]

export function PaperForm({ desk, person, trouble }: FormProps) {
  return (
    <ReasonForm
      desk={desk}
      title={say('act.paper')}
      trouble={trouble}
      submit="paper.do"
      run={reason => void desk.window.paper(person, reason)}
    >
      <p class="quiet">{say('paper.text')}</p>
      <SizeChoice desk={desk} />
    </ReasonForm>
  )
}

function SizeChoice({ desk }: { readonly desk: Desk }) {
  return (
    <fieldset class="purposes">
      <legend>{say('paper.size')}</legend>
      {SIZES.map(size => (
        <label key={size}>
          <input
            type="radio"
            name="size"
            checked={desk.paperSize.value === size}
            onChange={() => desk.window.size(size)}
          />
          <span>{say(`paper.${size}`)}</span>
        </label>
      ))}
    </fieldset>
  )
}

export function Printed({ desk }: { readonly desk: Desk }) {
  return (
    <Done desk={desk} tone="pass" title={say('printed.title')}>
      <SizeChoice desk={desk} />
      <button type="button" class="button line wide" onClick={desk.window.printAgain}>
        {say('printed.again')}
      </button>
    </Done>
  )
}

export function Issue({ desk, person, trouble }: FormProps) {
  const { looked } = person
  const [name, setName] = useState(person.name ?? '')
  const [reason, setReason] = useState('')
  const [isSent, setIsSent] = useState(false)
  const isNameless = name.trim() === ''
  const isReasonless = reason.trim() === ''
  return (
    <ActForm
      desk={desk}
      title={say(looked.certificate === null ? 'act.issue' : 'act.reissue')}
      trouble={trouble}
      submit="issue.do"
      run={() => {
        setIsSent(true)
        if (!isNameless && !isReasonless) void desk.window.issue(person, name, reason)
      }}
    >
      <p class="quiet">{say('issue.text')}</p>
      {looked.certificate !== null && <p class="note">{say('issue.replaces')}</p>}
      {looked.quota.used >= looked.quota.max && <p class="note">{say('issue.second')}</p>}
      <TextField
        id="holder"
        label="issue.name"
        hint="issue.name.hint"
        value={name}
        put={setName}
        max={NAME_POINTS_MAX * 4}
        fault={isSent && isNameless ? 'field.name' : undefined}
        takesFocus={person.name === undefined}
      />
      <TextField
        id="reason"
        label="act.reason"
        hint="act.reason.hint"
        value={reason}
        put={setReason}
        max={REASON_CHARS_MAX}
        fault={isSent && isReasonless ? 'field.reason' : undefined}
        takesFocus={person.name !== undefined}
      />
    </ActForm>
  )
}

interface TimedProps {
  readonly desk: Desk
  readonly expiresAt: number
}

export function Asked({ desk, expiresAt }: TimedProps) {
  const left = timeLeft(expiresAt - desk.now(), language.value)
  return (
    <Done desk={desk} tone="retry" title={say('asked.title')}>
      <p>{say('asked.text', { left })}</p>
    </Done>
  )
}

export function Issued({ desk, code, expiresAt }: TimedProps & { readonly code: string }) {
  const left = timeLeft(expiresAt - desk.now(), language.value)
  return (
    <Done desk={desk} tone="pass" title={say('issued.title')}>
      <ClaimCode code={code} />
      <p>{say('issued.text', { left })}</p>
    </Done>
  )
}

export function ClaimCode({ code }: { readonly code: string }) {
  return (
    <p class="claim">
      <small class="quiet">{say('issued.code')}</small>
      <code>{code}</code>
    </p>
  )
}
