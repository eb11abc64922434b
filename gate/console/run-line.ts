/** One line as it is typed: what it means, whether this user may do it, what it prints. */
import type { JsonValue } from '../contract/canonical.ts'
import { nearestName } from '../contract/options.ts'
import {
  type Answered,
  type Caller,
  type Command,
  failureLine,
  mayDo,
  type Present,
} from './command.ts'
import { type Filter, filtered, readFilter, splitPipes } from './filters.ts'
import {
  createGrammar,
  type Given,
  type Next,
  shownSyntax,
  tokensOf,
  type ValueKinds,
} from './grammar.ts'
import { HungUp } from './terminal.ts'

export interface LineRunner {
  /** Prints what the line says. False: it failed. `logout`: the user leaves. */
  run(line: string, caller: Caller): Promise<boolean | 'logout'>
  complete(before: string, me: Present): [string[], string]
  explain(before: string, me: Present): readonly string[]
}

const FILTERS = ['grep', 'last', 'json']

/** `kinds`: values as they are known to who asks. `page`: prints lines, by the screen where it is known. */
export function createLineRunner(
  commands: readonly Command[],
  groups: Readonly<Record<string, string>>,
  kinds: ValueKinds,
  page: (caller: Caller, lines: readonly string[]) => Promise<void>,
): LineRunner {
  const all = createGrammar(commands, kinds)
  const grammarOf = (me: Present) =>
    createGrammar(
      commands.filter(({ level }) => mayDo(me.level, level)),
      kinds,
    )

  function say(caller: Caller, failure: Extract<Answered, { ok: false }>): false {
    caller.print(failureLine(failure.code, failure.problems))
    return false
  }

  async function act(
    caller: Caller,
    command: Command,
    given: Given,
    filters: readonly Filter[],
  ): Promise<boolean | 'logout'> {
    if (!mayDo(caller.me.level, command.level)) {
      const problems = [`${shownSyntax(command.syntax)}: ${command.level}`]
      return say(caller, { ok: false, code: 'NOT_ALLOWED', problems })
    }
    const maybe = (name: string) => given.get(name)
    const of = (name: string) => given.get(name) as string
    try {
      const answered = await command.run(caller, { of, maybe })
      if (!answered.ok) return say(caller, answered)
      if ('logout' in answered) return 'logout'
      await page(caller, filtered(answered.lines, answered.json as JsonValue, filters))
      return true
    } catch (error) {
      if (error instanceof HungUp) throw error
      return say(caller, { ok: false, code: 'FAULT', problems: [(error as Error).message] })
    }
  }

  return {
    async run(line, caller) {
      const [text = '', ...pipes] = splitPipes(line)
      const tokens = tokensOf(text)
      if (tokens.length === 0 && pipes.length === 0) return true
      const filters = pipes.map(readFilter)
      if (filters.includes(undefined)) {
        return say(caller, { ok: false, code: 'WRONG_FILTER', problems: [] })
      }
      const read = all.read(tokens)
      if (!read.ok) return say(caller, { ok: false, code: read.code, problems: hints(read) })
      return act(caller, read.command, read.given, filters as Filter[])
    },
    complete(before, me) {
      const piped = splitPipes(before)
      const part = /\S*$/.exec(before)?.[0] ?? ''
      if (piped.length > 1) {
        const like = FILTERS.filter(one => one.startsWith(part))
        return [like.map(word => `${word} `), part]
      }
      const tokens = tokensOf(before.slice(0, before.length - part.length))
      const words = grammarOf(me).complete(tokens, part)
      return [words.map(word => `${word} `), part]
    },
    explain(before, me) {
      const part = /\S*$/.exec(before)?.[0] ?? ''
      const tokens = tokensOf(before.slice(0, before.length - part.length))
      const grammar = grammarOf(me)
      const { nexts, ends } = grammar.next(tokens)
      const read = nexts.length > 0 || ends ? undefined : grammar.read(tokens)
      if (read?.ok === false) return [`  ${failureLine(read.code, hints(read))}`]
      const like = nexts.filter(({ text, isValue }) => isValue || text.startsWith(part))
      const rows = like.map(next => [next.text, says(next, tokens.length)] as const)
      const end =
        ends && part === '' ? [['<Enter>', 'runs it; | grep WORD, | last N, | json'] as const] : []
      const wide = Math.max(8, ...rows.map(([text]) => text.length))
      return [...rows, ...end].map(([text, what]) => `  ${text.padEnd(wide)}  ${what}`)
    },
  }

  function says({ text, isValue, commands: leadsTo }: Next<Command>, depth: number): string {
    if (isValue) return kinds[text]?.says ?? ''
    const [only, ...others] = leadsTo
    if (depth === 0 && groups[text] !== undefined) return groups[text]
    return only === undefined || others.length > 0 ? '' : only.says
  }
}

function hints({
  word,
  expected,
}: {
  readonly word?: string
  readonly expected: readonly string[]
}): string[] {
  if (word === undefined) return [`may follow: ${expected.join(', ')}`]
  const near = nearestName(word, expected)
  if (near !== undefined) return [`${word}: did you mean ${near}?`]
  const some = expected.length > 12 ? '' : `; here stands ${expected.join(', ')}`
  return [`${word}${some}`]
}
