/**
 * Command lines by their syntax, as it stands in help: `mode LANE HOW:free|closed [WAY:entry|exit]`.
 * Words in lower case stand as they are, and may be shortened while they stay unlike the others.
 * `NAME:a|b` is a choice that is known by its name. Words in capitals are values by their kind. What
 * is in brackets may be left out. `VALUE...` takes the rest of the line, quotes included. Pure.
 */

export interface Token {
  readonly text: string
  /** With its quotes. */
  readonly raw: string
  /** It stood in quotes: never shortened, never a keyword's beginning. */
  readonly quoted: boolean
}

/** What values of a kind look like. */
export interface ValueKind {
  /** For `?`: what to type. */
  readonly says: string
  readonly accepts: (text: string) => boolean
  /** Values to choose from, as far as they are known. */
  readonly known?: () => readonly string[]
}
export type ValueKinds = Readonly<Record<string, ValueKind>>

type Slot =
  | { readonly kind: 'word'; readonly words: readonly string[]; readonly name: string | undefined }
  | { readonly kind: 'value'; readonly name: string; readonly rest: boolean }

/** What was typed for each name of the syntax, in full. */
export type Given = ReadonlyMap<string, string>

interface Live<C> {
  readonly command: C
  readonly slots: readonly Slot[]
  readonly at: number
  readonly given: Given
}

export type Reading<C> =
  | { readonly ok: true; readonly command: C; readonly given: Given }
  | {
      readonly ok: false
      readonly code: 'UNKNOWN_WORD' | 'AMBIGUOUS' | 'UNFINISHED'
      /** The word at fault; undefined where the line ends too soon. */
      readonly word?: string
      /** What may stand there. */
      readonly expected: readonly string[]
    }

/** What may come next: a word or a kind of value, and the commands that it leads to. */
export interface Next<C> {
  readonly text: string
  readonly isValue: boolean
  readonly commands: readonly C[]
}

export interface Grammar<C> {
  read(tokens: readonly Token[]): Reading<C>
  /** After whole tokens. `ends`: the line may end there. */
  next(tokens: readonly Token[]): { readonly nexts: readonly Next<C>[]; readonly ends: boolean }
  /** Words for the end of a line that begin with `part`. */
  complete(tokens: readonly Token[], part: string): readonly string[]
}

/** Splits at blanks; double quotes hold blanks together. */
export function tokensOf(line: string): Token[] {
  return [...line.matchAll(/"([^"]*)"?|[^\s"]+/g)].map(([text, inner]) => ({
    ...{ text: inner ?? text, raw: text },
    quoted: inner !== undefined,
  }))
}

/** Every way to say it: with and without each part in brackets. */
export function slotsOf(syntax: string): Slot[][] {
  const parts = [...syntax.matchAll(/\[([^\]]*)\]|(\S+)/g)]
  let ways: Slot[][] = [[]]
  for (const [, optional, plain] of parts) {
    const slots = (plain ?? optional ?? '').split(' ').map(slotOf)
    const longer = ways.map(way => [...way, ...slots])
    ways = plain === undefined ? [...ways, ...longer] : longer
  }
  return ways
}

function slotOf(text: string): Slot {
  const [, name, rest] = /^(?:([A-Z]+):)?(.*)$/.exec(text) as RegExpExecArray
  const word = rest ?? ''
  if (/^[A-Z]+(\.\.\.)?$/.test(word)) {
    return { kind: 'value', name: word.replace('...', ''), rest: word.endsWith('...') }
  }
  return { kind: 'word', words: word.split('|'), name }
}

/** The syntax as a person reads it, without the names of choices. */
export function shownSyntax(syntax: string): string {
  return syntax.replaceAll(/\b[A-Z]+:/g, '')
}

/** `whole`: its words are never shortened, so that nobody means another command and gives this one. */
interface Spoken {
  readonly syntax: string
  readonly whole?: boolean
}

export function createGrammar<C extends Spoken>(
  commands: readonly C[],
  kinds: ValueKinds,
): Grammar<C> {
  const start: readonly Live<C>[] = commands.flatMap(command =>
    slotsOf(command.syntax).map(slots => ({ command, slots, at: 0, given: new Map() })),
  )

  function step(lives: readonly Live<C>[], token: Token): readonly Live<C>[] | 'AMBIGUOUS' {
    const words = token.quoted ? [] : wordsFor(lives, token.text)
    if (words.length > 1) return 'AMBIGUOUS'
    const [word] = words
    if (word !== undefined) return lives.flatMap(live => afterWord(live, word))
    return lives.flatMap(live => afterValue(live, token))
  }

  function afterValue(live: Live<C>, { text, raw }: Token): Live<C>[] {
    const slot = live.slots[live.at]
    if (slot?.kind !== 'value') return []
    const before = live.given.get(slot.name)
    const rest = before === undefined ? raw : `${before} ${raw}`
    const whole = slot.rest ? rest : text
    if (kinds[slot.name]?.accepts(whole) !== true) return []
    const given = new Map(live.given).set(slot.name, whole)
    return [{ ...live, at: slot.rest ? live.at : live.at + 1, given }]
  }

  function walk(tokens: readonly Token[]) {
    let lives = start
    for (const token of tokens) {
      const expected = nextsOf(lives).map(({ text }) => text)
      const after = step(lives, token)
      if (after === 'AMBIGUOUS') {
        const like = wordsFor(lives, token.text)
        return { code: after, word: token.text, expected: like } as const
      }
      if (after.length === 0) return { code: 'UNKNOWN_WORD', word: token.text, expected } as const
      lives = after
    }
    return lives
  }

  const isRest = ({ slots, at, given }: Live<C>) => {
    const slot = slots[at]
    return slot?.kind === 'value' && slot.rest && given.has(slot.name)
  }
  const isWhole = (live: Live<C>) => live.at === live.slots.length || isRest(live)

  return {
    read(tokens) {
      const lives = walk(tokens)
      if (!isLives(lives)) return { ok: false, ...lives }
      const whole = lives.find(isWhole)
      if (whole !== undefined) return { ok: true, command: whole.command, given: whole.given }
      return { ok: false, code: 'UNFINISHED', expected: nextsOf(lives).map(({ text }) => text) }
    },
    next(tokens) {
      const lives = walk(tokens)
      if (!isLives(lives)) return { nexts: [], ends: false }
      return { nexts: nextsOf(lives), ends: lives.some(isWhole) }
    },
    complete(tokens, part) {
      const lives = walk(tokens)
      if (!isLives(lives)) return []
      const all = nextsOf(lives).flatMap(({ text, isValue }) =>
        isValue ? (kinds[text]?.known?.() ?? []) : [text],
      )
      return [...new Set(all)].filter(one => one.toLowerCase().startsWith(part.toLowerCase()))
    },
  }
}

function isLives<C, F>(walked: readonly Live<C>[] | F): walked is readonly Live<C>[] {
  return Array.isArray(walked)
}

function afterWord<C>(live: Live<C>, word: string): Live<C>[] {
  const slot = live.slots[live.at]
  if (slot?.kind !== 'word' || !slot.words.includes(word)) return []
  const given = slot.name === undefined ? live.given : new Map(live.given).set(slot.name, word)
  return [{ ...live, at: live.at + 1, given }]
}

/** Those that `text` may stand for: itself, or all that begin with it. */
function wordsFor<C extends Spoken>(lives: readonly Live<C>[], text: string): string[] {
  const typed = text.toLowerCase()
  const words = nextsOf(lives).filter(({ isValue }) => !isValue)
  if (words.some(one => one.text === typed)) return [typed]
  return words
    .filter(({ commands }) => !commands.every(({ whole }) => whole === true))
    .map(one => one.text)
    .filter(word => word.startsWith(typed))
}

function nextsOf<C>(lives: readonly Live<C>[]): Next<C>[] {
  const found = new Map<string, { isValue: boolean; commands: Set<C> }>()
  for (const { slots, at, command } of lives) {
    const slot = slots[at]
    if (slot === undefined) continue
    for (const text of slot.kind === 'word' ? slot.words : [slot.name]) {
      const known = found.get(text) ?? { isValue: slot.kind === 'value', commands: new Set() }
      known.commands.add(command)
      found.set(text, known)
    }
  }
  return [...found].map(([text, { isValue, commands }]) => ({
    ...{ text, isValue },
    commands: [...commands],
  }))
}
