/** What nobody should type, by a seed: commands of the table spoilt, half escapes, pasted blocks, noise. */
import { COMMANDS } from '../../console/command-table.ts'
import { LINE_CHARS_MAX, TYPE_AHEAD_BYTES_MAX } from '../../console/limits.ts'
import { anyLine } from './sample-lines.ts'
import { atWrongSpeed } from './wrong-speed.ts'

/** Numbers in [0, 1). */
type Random = () => number

export const FUZZ_KINDS = [
  ...(['command', 'spoilt command', 'words', 'keys', 'half escape'] as const),
  ...(['pasted block', 'long', 'random bytes', 'wrong speed'] as const),
] as const
export type FuzzKind = (typeof FUZZ_KINDS)[number]

export interface Fuzzed {
  readonly kind: FuzzKind
  readonly bytes: Uint8Array
}

const ENTER = '\r'
/** Line editing, and bytes that end or begin something elsewhere. */
const KEYS = [
  ...['\t', '?', '\x1b[A', '\x1b[B', '\x1b[C', '\x1b[D', '\x1b[H', '\x1b[F', '\x1b[3~', '\x7f'],
  ...['\x01', '\x02', '\x03', '\x05', '\x0b', '\x0c', '\x12', '\x13', '\x15', '\x17', '\x19'],
  ...['\x1a', '\x1bb', '\x1bf', '\x1bd', '\x00', '\x08', '\x0e', '\x11', '\x1c', '\x04'],
]
const HALF_ESCAPES = [
  ...['\x1b', '\x1b\x1b', '\x1b[', '\x1b[1;', '\x1bO', '\x1b[8;', '\x1b[8;24', '\x1b[8;24;80'],
  ...['\x1b[8;9999;9999t', '\x1b[8;0;0t', '\x1b[8;24;80t', '\x1b[999999999999A', '\x1b[;;;;;;m'],
  ...['\x1b[200~', '\x1b[201~', '\x1b]0;', '\x1bP', '\x9b', '\x1b[1;5', '\x1b[M !!', '\x1b[?25'],
  ...['\xc3', '\xe4\xb8', '\xf0\x9f\x98', '\xff\xfe', '\xc0\x80', '\xed\xa0\x80'],
]
const WORDS = [
  ...['show', 'lanes', 'mode', 'A', 'config', 'set', '|', 'grep', 'json', 'last', '"', "'", '{'],
  ...['explain', '99', 'journal', 'tail', 'zh', '-1', 'é', '中', '__proto__', 'constructor', '%s'],
  ...['lin', '0', '\ud800', '\u202e', '../..', '$(reboot)', ';', '||', '&', '\\', 'x'.repeat(300)],
]

/** Each call gives the next. */
export function createFuzz(random: Random): () => Fuzzed {
  const below = (limit: number) => Math.floor(random() * limit)
  const pick = <T>(some: readonly T[]): T => some[below(some.length)] as T
  const some = (most: number, one: () => string) =>
    Array.from({ length: 1 + below(most) }, one).join('')

  const command = () => anyLine(pick(COMMANDS).syntax, pick)
  const filter = () =>
    below(4) > 0 ? '' : pick([' | json', ' | grep A', ' | last 2', ' | x', '|'])
  const words = () => Array.from({ length: 1 + below(9) }, () => pick(WORDS)).join(' ')
  const randomBytes = (most: number) => Uint8Array.from({ length: below(most) }, () => below(256))

  /** A character or a piece of it changed, one to three times. */
  function spoilt(text: string): string {
    let line = text
    for (let left = 1 + below(3); left > 0; left--) {
      const at = below(line.length + 1)
      const put = pick([() => pick(KEYS), () => pick(WORDS), () => String.fromCharCode(below(256))])
      const rest = line.slice(at + pick([0, 0, 1, 3]))
      line = line.slice(0, at) + (below(4) === 0 ? '' : put()) + rest
    }
    return line
  }

  const texts: Readonly<Record<FuzzKind, () => string | Uint8Array>> = {
    command: () => command() + filter() + ENTER,
    'spoilt command': () => spoilt(command() + filter()) + ENTER,
    words: () => words() + ENTER,
    keys: () => some(12, () => pick([...KEYS, ...KEYS, pick(WORDS), 'sh'])) + ENTER,
    'half escape': () => some(4, () => pick([command, () => pick(HALF_ESCAPES)])()) + ENTER,
    'pasted block': () =>
      some(
        20,
        () => pick([command, words, () => spoilt(command())])() + pick([ENTER, '\n', '\r\n']),
      ),
    long: () =>
      pick([command, words])().padEnd(
        pick([LINE_CHARS_MAX, LINE_CHARS_MAX + 1, TYPE_AHEAD_BYTES_MAX + 1]),
        pick(['x', ' ', '"', '\t', '|']),
      ) + ENTER,
    'random bytes': () => Buffer.concat([randomBytes(200), Buffer.from(ENTER)]),
    'wrong speed': () => {
      const sent = Buffer.from(some(4, () => command() + ENTER))
      return atWrongSpeed(sent, pick([1 / 12, 1 / 6, 1 / 2, 2 / 3, 1.04, 1.5, 2, 6, 12]))
    },
  }
  /** `long` costs a hundred times the others. */
  const often = FUZZ_KINDS.flatMap(kind =>
    Array.from({ length: kind === 'long' ? 1 : 50 }, () => kind),
  )

  return () => {
    const kind = pick(often)
    return { kind, bytes: Buffer.from(texts[kind]() as string) }
  }
}
