/** Parts of the fleet's views: an alarm's sign, facts, times, and what is shown while something is not there. */
import { useComputed } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { language } from '../../shared/language.ts'
import { Spinner } from '../../shared/parts.tsx'
import { clockTime, timeLeft } from '../../shared/shown-time.ts'
import type { Loaded } from '../../shared/staff/staff-screen.ts'
import type { Fleet } from '../fleet.ts'
import type { Severity } from '../gate-row.ts'
import { say, type TextKey, troubleText } from '../texts.ts'

export interface FleetProps {
  readonly fleet: Fleet
}

const TONES = { now: 'refuse', soon: 'retry', note: 'calm' } as const satisfies Record<
  Severity,
  string
>

/** A code as shape, word and colour. */
export function Code({ code, severity }: { readonly code: string; readonly severity: Severity }) {
  return <span class={`state ${TONES[severity]}`}>{code}</span>
}

const FRESH_MS = 60_000

interface AgoProps extends FleetProps {
  /** Unix milliseconds; null: never. */
  readonly at: number | null
}

/** How long ago: drawn anew where its words change, not each second. */
export function Ago({ fleet, at }: AgoProps) {
  const text = useComputed(() => {
    if (at === null) return say('time.never')
    const ms = fleet.now.value - at
    return ms < FRESH_MS ? say('time.now') : timeLeft(ms, language.value)
  })
  return <>{text}</>
}

/** The hour, and the day where it is not today. */
export function At({ fleet, at }: { readonly fleet: Fleet; readonly at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()}>
      {clockTime(at, fleet.now.peek(), language.value)}
    </time>
  )
}

export interface Fact {
  readonly name: TextKey
  readonly value: ComponentChildren
}

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{say(name)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

interface LoadedProps<T> {
  readonly of: Loaded<T>
  /** Said where there is none. */
  readonly none: TextKey
  readonly children: (value: T) => ComponentChildren
}

/** What was asked for, or why it is not there. */
export function Shown<T>({ of, none, children }: LoadedProps<T>) {
  if (of.is === 'here') return <>{children(of.value)}</>
  if (of.is === 'loading') {
    return (
      <p class="waiting quiet" role="status">
        <Spinner />
        {say('loading')}
      </p>
    )
  }
  if (of.is === 'away') {
    return (
      <p class="trouble" role="alert">
        {troubleText(of.trouble)}
      </p>
    )
  }
  return <p class="quiet empty">{say(of.is === 'none' ? none : 'act.forbidden')}</p>
}

/** Figures as they stand in a table: thousands set apart. */
export const figure = (value: number): string =>
  new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(value)

export const milliseconds = (value: number): string =>
  `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`
