/** A form that acts with one text, a reason or a note to the passenger, and never without it. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { NOTE_CHARS_MAX, REASON_CHARS_MAX } from '../../../limits.ts'
import type { Desk } from '../desk.ts'
import type { Trouble } from '../screens.ts'
import type { TextKey } from '../texts.ts'
import { ActForm, TextField } from './form-parts.tsx'

interface Row {
  readonly label: TextKey
  readonly hint: TextKey
  /** In code units. */
  readonly max: number
  readonly rows?: number
  /** What is said where it was sent without the text. */
  readonly missing: TextKey
}

const FIELDS: Readonly<Record<'reason' | 'note', Row>> = {
  reason: {
    label: 'act.reason',
    hint: 'act.reason.hint',
    max: REASON_CHARS_MAX,
    missing: 'field.reason',
  },
  note: {
    label: 'take.note',
    hint: 'take.note.hint',
    max: NOTE_CHARS_MAX,
    rows: 3,
    missing: 'field.note',
  },
}

interface Props {
  readonly desk: Desk
  readonly title: string
  readonly trouble: Trouble | undefined
  readonly field?: keyof typeof FIELDS
  readonly children: ComponentChildren
  readonly submit: TextKey
  readonly isDanger?: boolean
  readonly run: (text: string) => void
  /** A second way to end it, with the same text. */
  readonly other?: { readonly text: TextKey; readonly run: (text: string) => void }
}

export function ReasonForm({ field = 'reason', children, run, other, ...rest }: Props) {
  const [text, setText] = useState('')
  const [isSent, setIsSent] = useState(false)
  const isEmpty = text.trim() === ''
  const { missing, ...shown } = FIELDS[field]
  const sends = (act: (text: string) => void) => () => {
    setIsSent(true)
    if (!isEmpty) act(text)
  }
  return (
    <ActForm
      {...rest}
      run={sends(run)}
      {...(other && { other: { text: other.text, run: sends(other.run) } })}
    >
      {children}
      <TextField
        id={field}
        {...shown}
        value={text}
        put={setText}
        fault={isSent && isEmpty ? missing : undefined}
        takesFocus
      />
    </ActForm>
  )
}
