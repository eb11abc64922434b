/** The form: name, type of document, number, city, each judged by the rules of the service. */
import { useState } from 'preact/hooks'
import { DOCUMENT_TYPES, type DocumentType } from '../../../domain/document-type.ts'
import { language } from '../../shared/language.ts'
import { Field, Heading } from '../../shared/parts.tsx'
import type { Refusal } from '../../shared/service-client.ts'
import { type Fault, faultsOf } from '../form-checks.ts'
import type { Passenger } from '../passenger.ts'
import type { Draft } from '../screens.ts'
import { say, type TextKey } from '../texts.ts'

const faultText = (fault: Fault | undefined, isEmpty: boolean): string | undefined =>
  fault &&
  say(isEmpty ? 'form.empty' : 'form.fault', {
    seen: fault.seen[language.value],
    expected: fault.expected[language.value],
  })

/** Which field a refusal of the service is about. */
const FIELD_OF: Readonly<Record<string, keyof Draft>> = {
  NAME_INVALID: 'name',
  DOCUMENT_INVALID: 'documentNumber',
  DOCUMENT_OTHER_TYPE: 'documentNumber',
  DOCUMENT_TYPE: 'documentType',
}

type Typed = 'name' | 'documentNumber' | 'city'
const TYPED = ['name', 'documentNumber', 'city'] as const satisfies readonly Typed[]

const NUMBER_INPUT = {
  autoComplete: 'off',
  autoCapitalize: 'characters',
  spellcheck: false,
  maxLength: 32,
  class: 'digits',
} as const

interface TextFieldProps {
  readonly field: Typed
  readonly value: string
  readonly fault: string | undefined
  readonly put: (value: string) => void
  /** The field was left. */
  readonly left: () => void
  readonly more: Readonly<Record<string, string | number | boolean>>
}

function TextField({ field, value, fault, put, left, more }: TextFieldProps) {
  return (
    <Field id={field} label={say(`form.${field}`)} hint={say(`form.${field}.hint`)} fault={fault}>
      <input
        id={field}
        value={value}
        aria-describedby={`${field}-hint`}
        aria-invalid={fault !== undefined}
        onInput={event => put(event.currentTarget.value)}
        onBlur={left}
        {...more}
      />
    </Field>
  )
}

interface FormProps {
  readonly passenger: Passenger
  readonly refusal?: Refusal
}

export function Form({ passenger, refusal }: FormProps) {
  const [draft, setDraft] = useState(passenger.draft.value)
  // A field is judged when it is left, or when all is sent: not while it is typed.
  const [judged, setJudged] = useState<ReadonlySet<keyof Draft>>(new Set())
  const faults = faultsOf(draft, passenger.now())
  const refused = refusal && FIELD_OF[refusal.code]

  function faultAt(field: Typed): string | undefined {
    if (judged.has(field)) return faultText(faults[field], draft[field].trim() === '')
    return refused === field ? refusal?.next?.[language.value] : undefined
  }
  const put = (change: Partial<Draft>) => setDraft({ ...draft, ...change })
  const judge = (field: keyof Draft) => () => setJudged(new Set([...judged, field]))
  function submit(event: Event): void {
    event.preventDefault()
    setJudged(new Set(TYPED))
    const first = TYPED.find(one => faults[one])
    if (first === undefined) passenger.steps.submit(draft)
    else document.getElementById(first)?.focus()
  }
  const typed = (field: Typed, more: TextFieldProps['more']) => (
    <TextField
      field={field}
      value={draft[field]}
      fault={faultAt(field)}
      put={value => put({ [field]: value })}
      left={judge(field)}
      more={more}
    />
  )
  return (
    <form class="column" onSubmit={submit} noValidate>
      <Heading>{say('form.title')}</Heading>
      <div class="card fields">
        {typed('name', { autoComplete: 'name', maxLength: 256 })}
        <Field
          id="documentType"
          label={say('form.documentType')}
          hint=""
          fault={refused === 'documentType' ? refusal?.next?.[language.value] : undefined}
        >
          <select
            id="documentType"
            value={draft.documentType}
            onChange={event => put({ documentType: event.currentTarget.value as DocumentType })}
          >
            {DOCUMENT_TYPES.map(type => (
              <option key={type} value={type}>
                {say(`type.${type}` as TextKey)}
              </option>
            ))}
          </select>
        </Field>
        {typed('documentNumber', NUMBER_INPUT)}
        {typed('city', { autoComplete: 'address-level2', maxLength: 64 })}
      </div>
      <div class="actions">
        <button type="submit" class="button wide">
          {say('next')}
        </button>
        <button type="button" class="button plain" onClick={passenger.restart}>
          {say('back')}
        </button>
      </div>
    </form>
  )
}
