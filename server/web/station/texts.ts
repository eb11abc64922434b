/** What the station's page says, in both languages. */
import { speaker, type Texts } from '../shared/language.ts'
import { EN } from './texts-en.ts'
import { type TextKey, ZH } from './texts-zh.ts'

export type { TextKey }

export const TEXTS: Texts<TextKey> = { zh: ZH, en: EN }

/** The page's text in the language that is shown. */
export const say = speaker(TEXTS)
