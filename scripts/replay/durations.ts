/** Times of a scenario as people write them: `-45s`, `1.5s`, `<200ms`, `2s..5s`. Pure. */
import { z } from 'zod'

const UNITS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const
const DURATION = /^([+-]?)(\d{1,9}(?:\.\d{1,3})?)(ms|s|min|h|d)$/
const DAYS_MAX = 31

/** Milliseconds; undefined for a text that is no duration of at most 31 days. */
export function durationMs(text: string): number | undefined {
  const [, sign, number = '', unit = 'ms'] = DURATION.exec(text) ?? []
  if (sign === undefined) return undefined
  const ms = Math.round(Number(number) * UNITS[unit as keyof typeof UNITS])
  if (ms > DAYS_MAX * UNITS.d) return undefined
  return sign === '-' ? -ms : ms
}

/** Of a text that is known to be one. */
export const msOf = (text: string): number => durationMs(text) ?? 0

/** The shortest text of a time, 0 or more. */
export function textOf(ms: number): string {
  const unit = (['h', 'min'] as const).find(one => ms > 0 && ms % UNITS[one] === 0)
  return unit === undefined ? `${ms / UNITS.s}s` : `${ms / UNITS[unit]}${unit}`
}

export const duration = z
  .string()
  .regex(DURATION, 'is a time such as "-45s", "1.5s", "10min" or "24h"')
  .refine(text => durationMs(text) !== undefined, 'is at most 31 days')
export const later = duration.refine(
  text => (durationMs(text) ?? 0) >= 0,
  'is not before the start',
)

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** `<200ms`: from 0 to then. `2s..5s`: both ends count. Undefined for another text. */
export function spanOf(text: string): Span | undefined {
  const before = /^<(.+)$/.exec(text)?.[1]
  const [from, to, more] = before === undefined ? text.split('..') : ['0s', before]
  if (from === undefined || to === undefined || more !== undefined) return undefined
  const [fromMs, toMs] = [durationMs(from), durationMs(to)]
  if (fromMs === undefined || toMs === undefined || fromMs < 0 || toMs < fromMs) return undefined
  return { fromMs, toMs }
}
