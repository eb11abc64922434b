/**
 * The candidate: a config being edited, apart from the one that runs, until it is committed or
 * thrown away. One a gate, as on a router's console.
 */
import type { JsonValue } from '../contract/canonical.ts'
import type { ComparedPlace } from '../contract/control.ts'
import { createLineFinder } from '../contract/json-lines.ts'
import { shownText } from '../contract/secrets.ts'
import { describe, differences, isShallow, withValue } from './paths.ts'

export interface Draft {
  /** The candidate, or undefined while nobody edits. */
  value(): JsonValue | undefined
  /** The revision that the editing began from. */
  base(): number | undefined
  /** False when the path leads nowhere; then nothing has changed. `undefined` takes a key away. */
  set(path: string, value: JsonValue | undefined): boolean
  /** Another whole config in its place. */
  replace(value: JsonValue): void
  discard(): void
  /** The candidate against another config; what runs against it while nobody edits. */
  compare(with_: JsonValue): readonly ComparedPlace[]
}

/** `running` gives the revision that runs and its config. */
export function createDraft(running: () => { number: number; value: JsonValue }): Draft {
  let draft: { readonly value: JsonValue; readonly base: number } | undefined

  return {
    value: () => draft?.value,
    base: () => draft?.base,
    set(path, value) {
      if (value !== undefined && !isShallow(value)) return false
      const now = running()
      const next = withValue(draft?.value ?? now.value, path, value)
      if (next === undefined) return false
      draft = { value: next, base: draft?.base ?? now.number }
      return true
    },
    replace(value) {
      draft = { value, base: running().number }
    },
    discard() {
      draft = undefined
    },
    compare(other) {
      const value = draft?.value ?? running().value
      const lineOf = createLineFinder(shownText(value))
      return differences(other, value).map(difference => ({
        line: difference.place === undefined ? null : lineOf(difference.place),
        text: describe(difference),
      }))
    },
  }
}
