/** Parts of the desk's forms: a form with its reason and its trouble, and what is said while one waits. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { useFocus } from '../../shared/focus.ts'
import { Field } from '../../shared/parts.tsx'
import { SendButton, SendForm, SubmitButton } from '../../shared/sending.tsx'
import { ToldText, Waited } from '../../shared/staff/told.tsx'
import type { Desk } from '../desk.ts'
import type { Trouble } from '../screens.ts'
import { say, type TextKey, troubleText } from '../texts.ts'

/** What went wrong: said at once to screen readers. */
export function Told({ trouble }: { readonly trouble: Trouble | undefined }) {
  return <ToldText text={trouble && troubleText(trouble)} />
}

interface TextProps {
  readonly id: string
  readonly label: TextKey
  readonly hint?: TextKey
  readonly value: string
  readonly put: (value: string) => void
  /** What is wrong, if anything is. */
  readonly fault?: TextKey | undefined
  readonly max: number
  readonly rows?: number
  readonly takesFocus?: boolean
}

export function TextField({
  id,
  label,
  hint,
  value,
  put,
  fault,
  max,
  rows,
  takesFocus,
}: TextProps) {
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  // Before the next key: what is typed on must not go into the field of before.
  useLayoutEffect(() => {
    if (takesFocus === true) field.current?.focus()
  }, [takesFocus])
  const common = {
    ...{ ref: field, id, value, maxLength: max, autoComplete: 'off' },
    'aria-describedby': `${id}-hint`,
    'aria-invalid': fault !== undefined,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) =>
      put(event.currentTarget.value),
  }
  return (
    <Field
      id={id}
      label={say(label)}
      hint={hint === undefined ? '' : say(hint)}
      fault={fault && say(fault)}
    >
      {rows === undefined ? <input {...common} /> : <textarea {...common} rows={rows} />}
    </Field>
  )
}

interface FormProps {
  readonly desk: Desk
  readonly title: string
  readonly trouble?: Trouble | undefined
  readonly children: ComponentChildren
  readonly submit: TextKey
  readonly isDanger?: boolean
  /** A second way to end it. */
  readonly other?: { readonly text: TextKey; readonly run: () => void }
  /** Called when it is sent. */
  readonly run: () => void
}

/** A form in the place of the list of what can be done; Esc calls it off. */
export function ActForm({
  desk,
  title,
  trouble,
  children,
  submit,
  isDanger,
  other,
  run,
}: FormProps) {
  const { waiting } = desk
  return (
    <SendForm waiting={waiting} class="act" send={run} noValidate>
      <h2>{title}</h2>
      <Told trouble={trouble} />
      {trouble?.kind === 'unsure' && (
        <SendButton waiting={waiting} class="button line" press={() => void desk.person.again()}>
          {say('trouble.look')}
        </SendButton>
      )}
      {children}
      <SubmitButton waiting={waiting} class={`button wide ${isDanger === true ? 'danger' : ''}`}>
        {say(submit)}
      </SubmitButton>
      {other && (
        <SendButton waiting={waiting} class="button line wide" press={other.run}>
          {say(other.text)}
        </SendButton>
      )}
      <Waited waiting={waiting.value} />
      <button type="button" class="button plain" onClick={desk.callOff} aria-keyshortcuts="Escape">
        {say('act.esc')}
      </button>
    </SendForm>
  )
}

interface DoneProps {
  readonly desk: Desk
  readonly tone: 'pass' | 'retry' | 'refuse'
  readonly title: string
  readonly children?: ComponentChildren
}

/** What came of it. It takes the focus, so that it is read out and Esc or Enter closes it. */
export function Done({ desk, tone, title, children }: DoneProps) {
  const close = useFocus<HTMLButtonElement>()
  return (
    <div class="act">
      <div role="status" class="done">
        <h2>
          <span class={`state ${tone}`}>{title}</span>
        </h2>
        {children}
      </div>
      <button
        ref={close}
        type="button"
        class="button line wide"
        onClick={desk.callOff}
        aria-keyshortcuts="Escape"
      >
        {say('close')}
      </button>
    </div>
  )
}
