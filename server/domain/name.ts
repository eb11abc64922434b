/**
 * A person's name as on the document. Chinese names count code points, not UTF-16 units, since rare
 * characters lie outside the basic plane; the dot inside a transcribed name is U+00B7.
 */
import { NAME_POINTS_MAX } from '../limits.ts'
import { foldDots, foldHyphenBlanks, foldNameCharacters } from './fold.ts'
import type { InBoth } from './told.ts'

const HAN = /[\p{Script=Han}\u3007]/u
const CHINESE = /^[\p{Script=Han}\u3007]+(\u00b7[\p{Script=Han}\u3007]+)*$/u
const LATIN = /^[\p{Script=Latin}\p{M}][\p{Script=Latin}\p{M} .,'/-]*$/u

/** A name that may be shown to compare by: the first character of each part, a star for each other. */
export const maskName = (name: string): string =>
  name.replaceAll(/(?<=[\p{L}\p{M}\u3007])[\p{L}\p{M}\u3007]/gu, '*')

export type NameResult =
  | { readonly ok: true; readonly name: string }
  | {
      readonly ok: false
      readonly reason: 'EMPTY' | 'TOO_LONG' | 'CHARACTERS'
      /** Of what kind it was, without repeating it. */
      readonly seen: InBoth
      readonly expected: InBoth
    }

/**
 * The canonical form of a typed name: NFC, half-width, one kind of dot, apostrophe and hyphen, single
 * blanks, radicals as the characters that they stand for; Latin in upper case. Chinese has none but
 * Han and the dot; Latin is for passports. The canonical form of a canonical form is the same.
 */
export function checkName(typed: string): NameResult {
  if (typed.length > NAME_POINTS_MAX * 4) return tooLong(typed)
  const name = fold(typed)
  if (name === '') return { ok: false, reason: 'EMPTY', ...EMPTY }
  if ([...name].length > NAME_POINTS_MAX) return tooLong(name)
  if (CHINESE.test(name) || LATIN.test(name)) return { ok: true, name }
  return { ok: false, reason: 'CHARACTERS', seen: seenIn(name), expected: EXPECTED }
}

function fold(typed: string): string {
  const folded = foldNameCharacters(typed)
  if (HAN.test(folded)) return foldDots(folded)
  // Upper case of some letters is of several characters, which are folded in their turn.
  return foldHyphenBlanks(foldNameCharacters(folded.toUpperCase()))
}

/**
 * Whether a canonical name is the one that was stored, also when it was stored in the canonical form
 * of an earlier version, which folded less.
 */
export function isNameOf(stored: string, canonical: string): boolean {
  const read = checkName(stored)
  return (read.ok ? read.name : stored) === canonical
}

const EXPECTED = {
  zh: '证件上的姓名：汉字和间隔号“·”，或拉丁字母',
  en: 'the name on the document: Chinese characters with the dot “·”, or Latin letters',
}
const EMPTY = { seen: { zh: '没有填写', en: 'nothing' }, expected: EXPECTED }

function tooLong(name: string): NameResult {
  const n = [...name].length
  const seen = { zh: `${n}个字符`, en: `${n} characters` }
  const expected = {
    zh: `最多${NAME_POINTS_MAX}个字符`,
    en: `at most ${NAME_POINTS_MAX} characters`,
  }
  return { ok: false, reason: 'TOO_LONG', seen, expected }
}

const KINDS: readonly { readonly is: RegExp; readonly told: InBoth }[] = [
  { is: /\p{Nd}/u, told: { zh: '数字', en: 'a digit' } },
  {
    is: /[\p{C}\p{Default_Ignorable_Code_Point}]/u,
    told: { zh: '不可见字符', en: 'an invisible character' },
  },
  { is: / /u, told: { zh: '空格', en: 'a blank' } },
  { is: /\p{L}/u, told: { zh: '其他文字的字母', en: 'a letter of another script' } },
]
const SIGN = { zh: '符号', en: 'a sign' }

/** Which place is not as expected, from 1, and what kind of character stands there. */
function seenIn(name: string): InBoth {
  const points = [...name]
  const isHan = HAN.test(name)
  const fits = isHan ? /[\p{Script=Han}\u3007\u00b7]/u : /[\p{Script=Latin}\p{M} .,'/-]/u
  const at = points.findIndex(one => !fits.test(one))
  if (at < 0) {
    return isHan
      ? { zh: '间隔号不在两个字之间', en: 'a dot that is not between two characters' }
      : { zh: '开头不是字母', en: 'a beginning that is no letter' }
  }
  const told = KINDS.find(kind => kind.is.test(points[at] as string))?.told ?? SIGN
  return { zh: `第${at + 1}个字符是${told.zh}`, en: `${told.en} at place ${at + 1}` }
}
