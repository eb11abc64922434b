/**
 * Fields of documents in deterministic CBOR with small integer labels: each reader takes one shape
 * within its limits and throws `MALFORMED` for all else, so that what was decoded encodes to the
 * same bytes.
 */
import type { CborMap, CborValue } from './cbor.ts'
import { PassError } from './errors.ts'
import { TIME_SECONDS_MAX } from './limits.ts'

/** A payload by its reader; undefined when it is malformed. */
export function readOrUndefined<T>(
  payload: Uint8Array,
  read: (payload: Uint8Array) => T,
): T | undefined {
  try {
    return read(payload)
  } catch (error) {
    if (error instanceof PassError) return undefined
    throw error
  }
}

/** What was written can be read: the writer's mistakes show where they are made. */
export function checked(payload: Uint8Array, read: (payload: Uint8Array) => unknown): Uint8Array {
  try {
    read(payload)
  } catch (cause) {
    if (!(cause instanceof PassError)) throw cause
    throw new PassError('INVALID_ARGUMENT', cause.message, { cause })
  }
  return payload
}

/** The one fault of a reader; `what` names the field. */
export function malformed(what: string): PassError {
  return new PassError('MALFORMED', `document: ${what}`)
}

/** A map of exactly `size` fields: none missing, none unknown. */
export function mapOf(value: CborValue | undefined, size: number): CborMap {
  // rules D10 B2
  if (value instanceof Map && value.size === size) return value
  throw malformed('fields missing or unknown')
}

/** A map that has every `required` field, may have `optional` ones, and no other. */
export function fieldsOf(
  value: CborValue | undefined,
  required: readonly number[],
  optional: readonly number[],
): CborMap {
  // rule D10
  if (!(value instanceof Map)) throw malformed('not a map')
  const some = optional.filter(label => value.has(label)).length
  const whole = required.every(label => value.has(label))
  // rule D10
  if (whole && value.size === required.length + some) return value
  throw malformed('fields missing or unknown')
}

/** An array of at most `itemsMax`. */
export function listOf(
  value: CborValue | undefined,
  itemsMax: number,
  name: string,
): readonly CborValue[] {
  // rules D10 B2
  if (Array.isArray(value) && value.length <= itemsMax) return value
  throw malformed(name)
}

/** An integer from 0 to `max`. */
export function uint(value: CborValue | undefined, max: number, name: string): number {
  // rules D10 B2
  if (typeof value === 'number' && value >= 0 && value <= max) return value
  throw malformed(name)
}

/** A byte string of `min` to `max` bytes. */
export function bytesOf(
  value: CborValue | undefined,
  min: number,
  max: number,
  name: string,
): Uint8Array {
  // rules D10 B2
  if (value instanceof Uint8Array && value.length >= min && value.length <= max) return value
  throw malformed(name)
}

const utf8 = new TextEncoder()

/** A text of `min` to `max` bytes of UTF-8. */
export function textOf(
  value: CborValue | undefined,
  min: number,
  max: number,
  name: string,
): string {
  if (typeof value === 'string' && value.length >= min && value.length <= max) {
    // rules D10 B2
    if (utf8.encode(value).length <= max) return value
  }
  throw malformed(name)
}

/** `iat < exp`, Unix seconds, at most `max` seconds apart. */
export function lifetime(
  iatValue: CborValue | undefined,
  expValue: CborValue | undefined,
  max: number,
): { iat: number; exp: number } {
  const iat = uint(iatValue, TIME_SECONDS_MAX, 'iat')
  const exp = uint(expValue, TIME_SECONDS_MAX, 'exp')
  // rule D11
  if (exp <= iat || exp - iat > max) throw malformed('lifetime')
  return { iat, exp }
}
