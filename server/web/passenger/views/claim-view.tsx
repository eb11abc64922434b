/** Where a code from the window is typed. */
import { useState } from 'preact/hooks'
import { language } from '../../shared/language.ts'
import { Field, Heading, Patient, Spinner } from '../../shared/parts.tsx'
import type { Refusal } from '../../shared/service-client.ts'
import type { Passenger } from '../passenger.ts'
import { say } from '../texts.ts'

interface ClaimProps {
  readonly passenger: Passenger
  readonly refusal?: Refusal
}

/** More than any code has, with blanks between. */
const CODE_LENGTH_MAX = 64

export function Claim({ passenger, refusal }: ClaimProps) {
  const [code, setCode] = useState('')
  const waiting = passenger.waiting.value
  const isBusy = waiting !== 'no'
  const fault = refusal && (refusal.next?.[language.value] ?? refusal.title)
  return (
    <form
      class="column"
      onSubmit={event => {
        event.preventDefault()
        if (code.trim() !== '') void passenger.claim.claim(code)
      }}
    >
      <Heading>{say('claim.title')}</Heading>
      <p>{say('claim.text')}</p>
      <div class="card fields">
        <Field id="code" label={say('claim.code')} hint={say('claim.code.hint')} fault={fault}>
          <input
            id="code"
            class="digits"
            required
            maxLength={CODE_LENGTH_MAX}
            autoComplete="off"
            autoCapitalize="characters"
            spellcheck={false}
            value={code}
            aria-describedby="code-hint"
            aria-invalid={fault !== undefined}
            onInput={event => setCode(event.currentTarget.value)}
          />
        </Field>
      </div>
      <div class="actions">
        <button type="submit" class="button wide" disabled={isBusy}>
          {isBusy && <Spinner />}
          {say('claim.do')}
        </button>
        <Patient text={waiting === 'slow' || waiting === 'very-slow' ? say(waiting) : undefined} />
        <button type="button" class="button plain" disabled={isBusy} onClick={passenger.restart}>
          {say('back')}
        </button>
      </div>
    </form>
  )
}
