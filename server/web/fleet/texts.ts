/** The fleet's page in both languages. */
import { explainCode } from '../../../gate/contract/explain-row.ts'
import { language, speaker, type Texts } from '../shared/language.ts'
import type { StaffTrouble } from '../shared/staff/staff-screen.ts'
import { staffTroubleText } from '../shared/staff/staff-texts.ts'
import { EN } from './texts-en.ts'
import { type TextKey, ZH } from './texts-zh.ts'

export type { TextKey } from './texts-zh.ts'

export const TEXTS: Texts<TextKey> = { zh: ZH, en: EN }

/** The text of a key in the language that is shown. */
export const say = speaker(TEXTS)

/** What happened, and what to do next. */
export const troubleText = (trouble: StaffTrouble): string => staffTroubleText(TEXTS, trouble)

/** What to do about a code, by the gate's own tables; '' where nobody does anything. */
export function toDo(code: string): string {
  const own = `alarm.${code}`
  if (isKey(own)) return say(own)
  const meaning = explainCode(code)
  if (meaning === undefined) return ''
  return language.value === 'zh' ? meaning.actionZh : meaning.action
}

/** A text that may be none: by its key where there is one, else as it is. */
export function sayOr(key: string, text: string): string {
  return isKey(key) ? say(key) : text
}

const isKey = (text: string): text is TextKey => Object.hasOwn(ZH, text)
