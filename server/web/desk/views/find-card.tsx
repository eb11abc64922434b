/** The one field that takes scanner and keyboard, with what is looked for and what a code is scanned for. */
import { signal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { DOCUMENT_TYPES, type DocumentType } from '../../../domain/document-type.ts'
import { SendForm, SubmitButton } from '../../shared/sending.tsx'
import { Waited } from '../../shared/staff/told.tsx'
import type { Desk } from '../desk.ts'
import { keyShortcut, keyText } from '../keys.ts'
import type { Purpose } from '../screens.ts'
import { say, type TextKey } from '../texts.ts'

/** A scanner's keys went into an input method. */
export const inputMethod = signal(false)

const PURPOSES = ['sale', 'refund', 'change'] as const satisfies readonly Purpose[]
/** A code is longer than any number. */
const CHARS_MAX = 2_000

export function FindCard({ desk }: { readonly desk: Desk }) {
  const [text, setText] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const found = desk.found.value
  useLayoutEffect(() => field.current?.focus(), [])
  // What was found is in the middle: neither number nor code stay readable here.
  useEffect(() => {
    if (found.is === 'person') setText('')
  }, [found.is])
  return (
    <SendForm waiting={desk.waiting} class="card find" send={() => void desk.scan(text)} noValidate>
      <label for="find">
        {say('find.label')} <kbd>{keyText('find')}</kbd>
      </label>
      <div class="line">
        <input
          ref={field}
          id="find"
          class="digits"
          value={text}
          maxLength={CHARS_MAX}
          autoComplete="off"
          autoCapitalize="characters"
          spellcheck={false}
          aria-describedby="find-hint"
          aria-keyshortcuts={keyShortcut('find')}
          onInput={event => setText(event.currentTarget.value)}
        />
        <SubmitButton waiting={desk.waiting} class="button" spins={found.is === 'looking'}>
          {say('find.do')}
        </SubmitButton>
      </div>
      <p id="find-hint" class={inputMethod.value ? 'fault' : 'quiet'}>
        {say(inputMethod.value ? 'find.ime' : 'find.hint')}
      </p>
      <div class="field">
        <label for="find-type">{say('find.type')}</label>
        <select
          id="find-type"
          value={desk.type.value}
          onChange={event => desk.choose({ type: event.currentTarget.value as DocumentType })}
        >
          {DOCUMENT_TYPES.map(type => (
            <option key={type} value={type}>
              {say(`type.${type}` as TextKey)}
            </option>
          ))}
        </select>
      </div>
      <fieldset class="purposes">
        <legend>{say('find.purpose')}</legend>
        {PURPOSES.map(purpose => (
          <label key={purpose}>
            <input
              type="radio"
              name="purpose"
              checked={desk.purpose.value === purpose}
              onChange={() => desk.choose({ purpose })}
            />
            <span>{say(`purpose.${purpose}`)}</span>
          </label>
        ))}
      </fieldset>
      {found.is === 'looking' && <Waited waiting={desk.waiting.value} />}
    </SendForm>
  )
}
