/** The two languages of the pages: which one is shown, and texts with values filled in. */
import { signal } from '@preact/signals'

export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** A page's texts: each key in each language. `{name}` stands for a value. */
export type Texts<K extends string> = Readonly<Record<Language, Readonly<Record<K, string>>>>

/** As HTML wants it. */
export const TAGS: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en' }

/** The language that is shown. */
export const language = signal<Language>('zh')

/** Chinese for every kind of it, English for all else. */
export function preferred(wanted: readonly string[]): Language {
  return wanted[0]?.toLowerCase().startsWith('zh') === false ? 'en' : 'zh'
}

/** `text` with `{name}` replaced by `values.name`. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (mark, name: string) => String(values[name] ?? mark))
}

/** The texts of a page as a function of the language that is shown. */
export function speaker<K extends string>(texts: Texts<K>) {
  return (key: K, values: Readonly<Record<string, string | number>> = {}): string =>
    filled(texts[language.value][key], values)
}
