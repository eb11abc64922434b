/**
 * A person's name as it stands on the document. Chinese names count code points, not UTF-16 units,
 * since rare characters lie outside the basic plane; the dot inside a transcribed name is U+00B7.
 */
import { NAME_POINTS_MAX } from '../limits.ts'

/** Dots that keyboards offer for the one in names such as those of Uyghur or Tibetan people. */
const DOTS = /[\u2022\u2027\u30fb\uff0e\uff65]/gu
const CHINESE = /^[\p{Script=Han}\u3007]+(\u00b7[\p{Script=Han}\u3007]+)*$/u
const LATIN = /^[\p{Script=Latin}\p{M}][\p{Script=Latin}\p{M} .,'’/-]*$/u

/** A name that may be shown to compare by: the first character of each part, a star for each other. */
export const maskName = (name: string): string =>
  name.replaceAll(/(?<=[\p{L}\p{M}\u3007])[\p{L}\p{M}\u3007]/gu, '*')

export type NameResult =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly reason: 'EMPTY' | 'TOO_LONG' | 'CHARACTERS' }

/**
 * The canonical form of a typed name: NFC, one kind of dot, single blanks; Latin in upper case.
 * Chinese is two code points or more with none but Han and the dot; Latin is for passports.
 */
export function checkName(typed: string): NameResult {
  if (typed.length > NAME_POINTS_MAX * 4) return { ok: false, reason: 'TOO_LONG' }
  const name = typed.normalize('NFC').trim().replaceAll(/\s+/g, ' ').replaceAll(DOTS, '\u00b7')
  if (name === '') return { ok: false, reason: 'EMPTY' }
  if ([...name].length > NAME_POINTS_MAX) return { ok: false, reason: 'TOO_LONG' }
  if (CHINESE.test(name)) return { ok: true, name }
  if (LATIN.test(name)) return { ok: true, name: name.toUpperCase() }
  return { ok: false, reason: 'CHARACTERS' }
}
