/** What every page of staff says, in both languages: signing in, waiting, and what was refused. */
import { language, speaker, type Texts } from '../language.ts'
import type { StaffTrouble } from './staff-screen.ts'
import { STAFF_EN } from './staff-texts-en.ts'
import { STAFF_ZH, type StaffKey } from './staff-texts-zh.ts'

export const STAFF_TEXTS: Texts<StaffKey> = { zh: STAFF_ZH, en: STAFF_EN }

export const sayStaff = speaker(STAFF_TEXTS)

/** Keys that a page's texts have beside its problems' own. */
export type TroubleKey = `trouble.${'offline' | 'unreachable' | 'unsure' | 'other'}`

/** What happened, and what to do next, by a page's texts. A code without a text of its own is named. */
export function staffTroubleText<K extends string>(
  texts: Texts<K | TroubleKey>,
  trouble: StaffTrouble,
): string {
  const say = speaker(texts)
  if (trouble.kind !== 'refused') return say(`trouble.${trouble.kind}`)
  const { code, title, seen, expected } = trouble.problem
  const key = `problem.${code}`
  const isKey = (text: string): text is K => Object.hasOwn(texts.zh, text)
  if (!isKey(key)) return say('trouble.other', { code, title })
  const of = (told: typeof seen) => told?.[language.value] ?? ''
  return say(key, { seen: of(seen), expected: of(expected) })
}
