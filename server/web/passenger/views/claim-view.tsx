/** Where a code from the window is typed. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { language } from '../../shared/language.ts'
import { Field, Heading } from '../../shared/parts.tsx'
import { SendButton, SendForm, SubmitButton } from '../../shared/sending.tsx'
import type { Refusal } from '../../shared/service-client.ts'
import type { Passenger } from '../passenger.ts'
import { say } from '../texts.ts'
import { Waited } from './waited.tsx'

interface ClaimProps {
  readonly passenger: Passenger
  readonly refusal?: Refusal
}

/** More than any code has, with blanks between. */
const CODE_LENGTH_MAX = 64

export function Claim({ passenger, refusal }: ClaimProps) {
  const [code, setCode] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const fault = refusal && (refusal.next?.[language.value] ?? refusal.title)
  // What is wrong is read out with the field.
  useLayoutEffect(() => {
    if (refusal !== undefined) field.current?.focus()
  }, [refusal])
  return (
    <SendForm
      waiting={passenger.waiting}
      class="column"
      send={() => {
        if (code.trim() !== '') void passenger.claim.claim(code)
      }}
    >
      <Heading>{say('claim.title')}</Heading>
      <p>{say('claim.text')}</p>
      <div class="card fields">
        <Field id="code" label={say('claim.code')} hint={say('claim.code.hint')} fault={fault}>
          <input
            ref={field}
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
        <SubmitButton waiting={passenger.waiting} class="button wide">
          {say('claim.do')}
        </SubmitButton>
        <Waited passenger={passenger} />
        <SendButton waiting={passenger.waiting} class="button plain" press={passenger.restart}>
          {say('back')}
        </SendButton>
      </div>
    </SendForm>
  )
}
