/**
 * Takes out of data what may not leave a gate: keys, passes, passwords, and names and numbers of
 * people. What is alike stays alike: a tag made with a salt of this bundle stands for it, so that a
 * developer sees that two rows are of one certificate, and nobody can look up of which.
 */
import { createHash } from 'node:crypto'
import type { JsonValue } from '../contract/canonical.ts'
import { isJsonObject } from '../contract/canonical.ts'

export interface Redactor {
  /** Remembers the people that are named in it, so that they are known in other texts too. */
  learn(value: JsonValue): void
  value(value: JsonValue): JsonValue
  text(text: string): string
}

/** Who asks, where nobody does: these name no person. */
const PARTS_OF_A_GATE: ReadonlySet<string> = new Set([
  '',
  'file',
  'service',
  'config',
  'technician',
])
const PEOPLE = new Set(['by', 'user', 'username', 'login'])
/** Typed by people: it may hold anything. */
const FREE_TEXT = new Set(['reason'])
const SECRET = /passw|passphrase|secret|token|authorization|cookie|credential|private|^d$/i
/** Files are named, never read. */
const OF_A_FILE = /File$/
const TAGGED = new Set(['cti'])
const NAME_CHARS_MIN = 3

/** In this order: a longer thing before what it may hold. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g, '<key>'],
  // A password may hold @ and / as they are: all up to the last @ goes.
  [/([a-z][a-z0-9+.-]*:\/\/)\S*@/gi, '$1'],
  [/\?\S+/g, '?…'],
  [/RP1:[0-9A-Z $%*+\-./:]+/g, '<pass>'],
  [/[0-9A-Z$%*+\-./:]{40,}/g, '<pass>'],
  [/[^\s"<>]+@[^\s"<>]+\.[^\s"<>]+/g, '<mail>'],
]
/** Keys and tokens: hexadecimal, or the alphabets of base64 with all of its kinds in it. */
const HEX = /\b[0-9a-f]{24,}\b/gi
const BASE64 = /[\w+/=-]{24,}/g
/** Documents, phones: digits with at most blanks or hyphens between them. Dates are none. */
const NUMBER =
  /(?<![\w.:-])(?!\d{4}-\d\d-\d\d)(?:\+|[A-Z]{1,3})?\d(?:[ -]?\d){5,}[0-9X]?(?![\w.:])/g

export function createRedactor(salt: Uint8Array): Redactor {
  const people = new Set<string>()
  const tag = (text: string) =>
    `~${createHash('sha256').update(salt).update(text).digest('hex').slice(0, 8)}`

  function learn(value: JsonValue): void {
    if (Array.isArray(value)) for (const one of value) learn(one)
    if (!isJsonObject(value)) return
    for (const [key, one] of Object.entries(value)) {
      const isPerson = PEOPLE.has(key) && typeof one === 'string' && !PARTS_OF_A_GATE.has(one)
      if (isPerson && one.length >= NAME_CHARS_MIN) people.add(one)
      learn(one)
    }
  }

  function text(words: string): string {
    let left = words
    for (const [pattern, instead] of PATTERNS) left = left.replace(pattern, instead)
    left = left.replace(HEX, tag)
    left = left.replace(BASE64, run => (isMixed(run) ? tag(run) : run))
    left = left.replace(NUMBER, '<number>')
    for (const name of people) left = left.replaceAll(name, tag(name))
    return left
  }

  function field(key: string, value: JsonValue): JsonValue {
    if (SECRET.test(key) && !OF_A_FILE.test(key)) return '<secret>'
    if (typeof value !== 'string') return redacted(value)
    if (PEOPLE.has(key)) return PARTS_OF_A_GATE.has(value) ? value : tag(value)
    if (FREE_TEXT.has(key)) return `<${value.length} characters>`
    return TAGGED.has(key) ? tag(value) : text(value)
  }

  function redacted(value: JsonValue): JsonValue {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(redacted)
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, field(key, one)]))
  }

  return { learn, value: redacted, text }
}

/** A path or a word has seldom all three. */
function isMixed(run: string): boolean {
  return /[A-Z]/.test(run) && /[a-z]/.test(run) && /\d/.test(run)
}
