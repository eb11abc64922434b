/** Parts that every page is made of: fields, notices, and what is said while one waits. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Icon, type IconName } from './icons.tsx'

interface HeadingProps {
  readonly children: ComponentChildren
  /** For screen readers alone. */
  readonly isUnseen?: boolean
}

/** The heading of a screen. It takes the focus when the screen comes, so that it is read out. */
export function Heading({ children, isUnseen }: HeadingProps) {
  const element = useRef<HTMLHeadingElement>(null)
  // Before the next key: what had the focus is gone.
  useLayoutEffect(() => element.current?.focus({ preventScroll: true }), [])
  return (
    <h1 ref={element} tabIndex={-1} class={isUnseen === true ? 'unseen' : ''}>
      {children}
    </h1>
  )
}

export type Tone = 'calm' | 'pass' | 'refuse' | 'retry'

interface NoticeProps {
  readonly tone: Tone
  readonly icon: IconName
  readonly title: string
  readonly children: ComponentChildren
}

/** A whole screen that says what happened and what to do next. */
export function Notice({ tone, icon, title, children }: NoticeProps) {
  return (
    <section class="notice">
      <div class={`badge ${tone}`}>
        <Icon name={icon} />
      </div>
      <Heading>{title}</Heading>
      {children}
    </section>
  )
}

interface FieldProps {
  readonly id: string
  readonly label: string
  readonly hint: string
  /** What is wrong, if anything is. */
  readonly fault: string | undefined
  /** The input, with this id, described by `${id}-hint`. */
  readonly children: ComponentChildren
}

export function Field({ id, label, hint, fault, children }: FieldProps) {
  return (
    <div class={fault === undefined ? 'field' : 'field wrong'}>
      <label for={id}>{label}</label>
      {children}
      <p id={`${id}-hint`} class={fault === undefined ? 'quiet' : 'fault'}>
        {fault ?? hint}
      </p>
    </div>
  )
}

/** Below what was begun: said to screen readers, too. Keeps its place while there is nothing to say. */
export function Patient({ text }: { readonly text: string | undefined }) {
  return (
    <p class="patient quiet" role="status">
      {text}
    </p>
  )
}

export function Spinner() {
  return <div class="spinner" aria-hidden="true" />
}

interface BannerProps {
  readonly icon: IconName
  readonly tone: Tone
  readonly text: string
}

export function Banner({ icon, tone, text }: BannerProps) {
  return (
    <p class={`banner ${tone}`}>
      <Icon name={icon} />
      <span>{text}</span>
    </p>
  )
}
