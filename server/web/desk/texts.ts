/** The desk's page in both languages. */
import { speaker, type Texts } from '../shared/language.ts'
import { staffTroubleText } from '../shared/staff/staff-texts.ts'
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
  return staffTroubleText(TEXTS, trouble)
}
