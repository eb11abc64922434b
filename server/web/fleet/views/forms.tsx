/** Forms of the fleet's page: what is given with a reason, and what is meant seriously. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { REASON_CHARS_MAX } from '../../../limits.ts'
import { Field } from '../../shared/parts.tsx'
import { SendForm, SubmitButton } from '../../shared/sending.tsx'
import type { StaffTrouble } from '../../shared/staff/staff-screen.ts'
import { ToldText, Waited } from '../../shared/staff/told.tsx'
import type { Fleet } from '../fleet.ts'
import { say, type TextKey, troubleText } from '../texts.ts'

interface LineProps {
  readonly id: string
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly put: (value: string) => void
  readonly max: number
  /** What is wrong, if anything is. */
  readonly fault?: string | undefined
  readonly takesFocus?: boolean
  readonly type?: 'date'
}

export function Line({ id, label, hint, value, put, max, fault, takesFocus, type }: LineProps) {
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (takesFocus === true) input.current?.focus()
  }, [takesFocus])
  return (
    <Field id={id} label={label} hint={hint ?? ''} fault={fault}>
      <input
        {...{ ref: input, id, value, maxLength: max, autoComplete: 'off' }}
        {...(type === 'date' ? { type } : {})}
        aria-describedby={`${id}-hint`}
        aria-invalid={fault !== undefined}
        onInput={event => put(event.currentTarget.value)}
      />
    </Field>
  )
}

interface FormProps {
  readonly fleet: Fleet
  readonly title: string
  readonly trouble?: StaffTrouble | undefined
  readonly submit: TextKey
  readonly isDanger?: boolean
  readonly children?: ComponentChildren
  readonly run: () => void
  readonly callOff: () => void
}

export function Form({
  fleet,
  title,
  trouble,
  submit,
  isDanger,
  children,
  run,
  callOff,
}: FormProps) {
  const { waiting } = fleet
  return (
    <SendForm waiting={waiting} class="act" send={run} noValidate>
      <h2>{title}</h2>
      <ToldText text={trouble && troubleText(trouble)} />
      {trouble?.kind === 'refused' && <FaultyFields problem={trouble.problem} />}
      {children}
      <div class="buttons">
        <SubmitButton waiting={waiting} class={`button ${isDanger === true ? 'danger' : ''}`}>
          {say(submit)}
        </SubmitButton>
        <button type="button" class="button line" onClick={callOff}>
          {say('act.call-off')}
        </button>
      </div>
      <Waited waiting={waiting.value} />
    </SendForm>
  )
}

/** Where the service found something wrong, as it says it. */
function FaultyFields({
  problem,
}: {
  readonly problem: Extract<StaffTrouble, { kind: 'refused' }>['problem']
}) {
  if (problem.fields === undefined || problem.fields.length === 0) return null
  return (
    <ul class="fields-wrong">
      {problem.fields.map(({ path, message }) => (
        <li key={path}>
          <code>{path}</code> {message}
        </li>
      ))}
    </ul>
  )
}

interface ReasonLineProps {
  readonly value: string
  readonly put: (value: string) => void
  /** The form was sent without it. */
  readonly isMissing: boolean
  readonly takesFocus: boolean
}

/** Why it is done, for the audit. */
export function ReasonLine({ isMissing, ...line }: ReasonLineProps) {
  return (
    <Line
      id="reason"
      label={say('act.reason')}
      hint={say('act.reason.hint')}
      max={REASON_CHARS_MAX}
      fault={isMissing ? say('act.reason.none') : undefined}
      {...line}
    />
  )
}

interface ReasonedProps extends Omit<FormProps, 'run' | 'children'> {
  readonly text: string
  /** What must be typed, so that nothing is done by a slip. */
  readonly typed?: string
  readonly run: (reason: string) => void
}

/** An act that goes into the audit with its reason. */
export function Reasoned({ text, typed, run, ...form }: ReasonedProps) {
  const [reason, setReason] = useState('')
  const [name, setName] = useState('')
  const [isSent, setIsSent] = useState(false)
  const isWrong = typed !== undefined && name.trim() !== typed
  const isEmpty = reason.trim() === ''
  return (
    <Form
      {...form}
      run={() => {
        setIsSent(true)
        if (!isWrong && !isEmpty) run(reason)
      }}
    >
      <p class="note">{text}</p>
      {typed !== undefined && (
        <Line
          id="typed"
          label={say('act.type', { typed })}
          value={name}
          put={setName}
          max={40}
          fault={isSent && isWrong ? say('act.type.wrong', { typed }) : undefined}
          takesFocus
        />
      )}
      <ReasonLine
        value={reason}
        put={setReason}
        isMissing={isSent && isEmpty}
        takesFocus={typed === undefined}
      />
    </Form>
  )
}
