/**
 * Forms and buttons that send: one request at a time, and the focus stays where it is. A browser takes the
 * focus from a button that becomes `disabled`, so these are `aria-disabled` and let a second press go by.
 */
import type { ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { Spinner } from './parts.tsx'
import type { Waiting } from './patience.ts'

interface SendingProps {
  /** Of the page's patience. */
  readonly waiting: ReadonlySignal<Waiting>
  readonly children: ComponentChildren
}

interface SendFormProps extends SendingProps {
  readonly class: string
  /** The browser judges no field. */
  readonly noValidate?: boolean
  /** Called when it is sent, by a button or by Enter in a field, unless a request is under way. */
  readonly send: () => void
}

export function SendForm({ waiting, send, noValidate = false, ...rest }: SendFormProps) {
  return (
    <form
      {...rest}
      noValidate={noValidate}
      onSubmit={event => {
        event.preventDefault()
        if (waiting.peek() === 'no') send()
      }}
    />
  )
}

interface SubmitProps extends SendingProps {
  readonly class: string
  /** Turns while one waits. */
  readonly spins?: boolean
}

/** Submits the `SendForm` that it stands in. */
export function SubmitButton({ waiting, spins = true, children, ...rest }: SubmitProps) {
  const isBusy = waiting.value !== 'no'
  return (
    <button {...rest} type="submit" aria-disabled={isBusy}>
      {isBusy && spins && <Spinner />}
      {children}
    </button>
  )
}

interface SendButtonProps extends SendingProps {
  readonly class?: string
  readonly spins?: boolean
  /** For another reason than a request. */
  readonly disabled?: boolean
  readonly 'aria-keyshortcuts'?: string
  /** Called when it is pressed, unless a request is under way. */
  readonly press: () => void
}

export function SendButton({ waiting, press, spins = false, children, ...rest }: SendButtonProps) {
  const isBusy = waiting.value !== 'no'
  return (
    <button
      {...rest}
      type="button"
      aria-disabled={isBusy}
      onClick={() => {
        if (waiting.peek() === 'no') press()
      }}
    >
      {isBusy && spins && <Spinner />}
      {children}
    </button>
  )
}
