/** What may stand after a command: `| grep WORD`, `| last N`, `| json`, one after another. Pure. */
import { plainText } from './terminal-text.ts'

export type Filter =
  | { readonly kind: 'grep'; readonly word: string }
  | { readonly kind: 'last'; readonly lines: number }
  | { readonly kind: 'json' }

/** Splits a line at bars outside quotes. */
export function splitPipes(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"?|[^|"])+|(?<=\|)(?=\||$)/g)].map(([part]) => part.trim())
}

/** Undefined for what is none. */
export function readFilter(text: string): Filter | undefined {
  const [name = '', ...rest] = text.split(/\s+/)
  const argument = rest.join(' ').replaceAll('"', '')
  if (name === 'json' && argument === '') return { kind: 'json' }
  if (name === 'grep' && argument !== '') return { kind: 'grep', word: argument }
  if (name === 'last' && /^[1-9]\d{0,4}$/.test(argument)) {
    return { kind: 'last', lines: Number(argument) }
  }
  return undefined
}

/** Lines as they are printed. `grep` looks at letters of either case. */
export function filtered(
  lines: readonly string[],
  json: unknown,
  filters: readonly Filter[],
): readonly string[] {
  return filters.reduce((kept, filter) => {
    if (filter.kind === 'json') return JSON.stringify(json, null, 2).split('\n')
    if (filter.kind === 'last') return kept.slice(-filter.lines)
    const word = plainText(filter.word, true).toLowerCase()
    return kept.filter(line => line.toLowerCase().includes(word))
  }, lines)
}
