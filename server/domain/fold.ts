/**
 * Characters that stand for one another where a document is copied by hand: keyboards, input methods
 * and scanned texts offer many for one. The same tables serve names and numbers, wherever they are
 * typed. Only what is listed here is folded: no letter, digit or character loses what separates it
 * from another.
 */
import { RADICALS } from './radicals.ts'

/** U+FF01–FF5E are the full-width forms of U+0021–007E. */
const FULL_WIDTH = /[\uff01-\uff5e]/gu
const FULL_WIDTH_OFFSET = 0xff01 - 0x21

const asHalfWidth = (text: string): string =>
  text.replaceAll(FULL_WIDTH, one => String.fromCharCode(one.charCodeAt(0) - FULL_WIDTH_OFFSET))

/** Quotation marks, modifier letters, primes and accents that are typed for U+0027. */
const APOSTROPHES =
  /[\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u2032\u2035\u0060\u00b4]/gu

/** Every dash of Unicode, and the minus sign, modifier minus and hyphen bullet. */
const HYPHENS = /[\p{Dash_Punctuation}\u2212\u02d7\u2043]/gu

const RADICAL = /[\u2e80-\u2eff\u2f00-\u2fdf\u31c0-\u31ef]/gu

/**
 * Dots for the one inside a transcribed name, U+00B7: bullets, middle dots, operators, full stops of
 * every width. Between Chinese characters only: `.` in a Latin name is a full stop.
 */
const DOTS =
  / *[\u00b7\u0387\u2022\u2024\u2027\u2219\u22c5\u25cf\u2e31\u3002\u30fb\ufe52\uff61\uff65.] */gu

/** What stands in names of any script, one by one. Composed by NFC; blanks become one each. */
export function foldNameCharacters(text: string): string {
  return asHalfWidth(text.normalize('NFC'))
    .replaceAll(RADICAL, one => RADICALS.get(one) ?? one)
    .replaceAll(APOSTROPHES, "'")
    .replaceAll(HYPHENS, '-')
    .replaceAll(/\s+/gu, ' ')
    .trim()
}

/** For a name with Chinese characters: one kind of dot, and no blanks around it. */
export const foldDots = (text: string): string => text.replaceAll(DOTS, '\u00b7')

/** For a name without: no blanks around a hyphen. */
export const foldHyphenBlanks = (text: string): string => text.replaceAll(/ *- */gu, '-')

/** Blanks, hyphens, and what has no width or only turns the direction of writing. */
const BESIDE_DIGITS = /[\s\p{Default_Ignorable_Code_Point}\p{Cf}]/gu
/** Chinese input methods give the Roman ten for the check character. */
const ROMAN_TEN = /[\u2169\u2179]/gu

/** A document's number: half-width, upper case (of A–Z alone), without what is only between. */
export function foldNumber(text: string): string {
  return asHalfWidth(text)
    .replaceAll(ROMAN_TEN, 'X')
    .replaceAll(HYPHENS, '')
    .replaceAll(BESIDE_DIGITS, '')
    .replaceAll(/[a-z]/g, letter => letter.toUpperCase())
}
