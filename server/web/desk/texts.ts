/** The desk's page in both languages. */
import { language, speaker, type Texts } from '../shared/language.ts'
import type { Trouble } from './screens.ts'
import { EN } from './texts-en.ts'
import { type TextKey, ZH } from './texts-zh.ts'

export type { TextKey } from './texts-zh.ts'

export const TEXTS: Texts<TextKey> = { zh: ZH, en: EN }

/** The text of a key in the language that is shown. */
export const say = speaker(TEXTS)

const isKey = (text: string): text is TextKey => Object.hasOwn(ZH, text)

/** What happened, and what to do next. A code without a text of its own is named. */
export function troubleText(trouble: Trouble): string {
  if (trouble.kind === 'code') {
    const key = `code.${trouble.reason}`
    return isKey(key) ? say(key) : say('trouble.other', { code: trouble.reason, title: '' })
  }
  if (trouble.kind !== 'refused') return say(`trouble.${trouble.kind}`)
  const { code, title, seen, expected } = trouble.problem
  const key = `problem.${code}`
  if (!isKey(key)) return say('trouble.other', { code, title })
  const of = (told: typeof seen) => told?.[language.value] ?? ''
  return say(key, { seen: of(seen), expected: of(expected) })
}
