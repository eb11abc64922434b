/**
 * What a valid number of an identity document looks like. A number fits one type.
 *
 * - Citizen identification number: GB 11643-1999, 17 digits and a check character by ISO 7064
 *   MOD 11-2. Obsolete region codes stay valid for life, so a region is never refused. The 15 digits of
 *   GB 11643-1989 are read as the 18 of the same person.
 * - Residence permit for Hong Kong, Macao and Taiwan residents (State Council, 2018): the same form,
 *   beginning with 81, 82 or 83.
 * - Foreigner's permanent residence identity card, form of 2023 (National Immigration Administration,
 *   rules for machine-readable information, in force since 2023-12-01): 9; two digits of the
 *   province of the application; three of the nationality (ISO 3166-1 numeric); eight of the
 *   birth date; three of the sequence; the same check character. The form of 2004 and 2017: three
 *   letters of the nationality, four digits of the region, six of the birth date, two more.
 */
import { DOCUMENT_NUMBER_CHARS_MAX } from '../limits.ts'
import { isRealBirthDate } from './birth-date.ts'
import { EXPECTED_FORM, type RefusedNumber, refusal } from './document-told.ts'
import type { DocumentType } from './document-type.ts'
import { foldNumber } from './fold.ts'

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK = '10X98765432'

/** First two digits of a region code: provinces and the like that have ever been given out. */
const PROVINCES = new Set(
  (
    '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 ' +
    '50 51 52 53 54 61 62 63 64 65 71 81 82 83'
  ).split(' '),
)
/** Where nobody applies for permanent residence. */
const NOT_OF_FOREIGNERS = new Set(['71', '81', '82', '83'])

export type DocumentResult =
  | { readonly ok: true; readonly number: string; readonly warnings: readonly 'REGION_UNKNOWN'[] }
  | RefusedNumber

/**
 * Checks a number as typed and gives its canonical form: upper case, half-width, without blanks,
 * hyphens and characters of no width. `today`: Unix ms, since nobody is born tomorrow.
 */
export function checkDocumentNumber(
  type: DocumentType,
  typed: string,
  today: number,
): DocumentResult {
  if (typed.length > DOCUMENT_NUMBER_CHARS_MAX) return refusal('FORM', type, typed)
  const number = foldNumber(typed)
  switch (type) {
    case 'resident-id':
      return checkCitizenNumber(type, /^\d{15}$/.test(number) ? withCentury(number) : number, today)
    case 'residence-permit-hmt':
      return checkCitizenNumber(type, number, today)
    case 'foreign-permanent-id':
      if (/^[A-Z]{3}\d{12}$/.test(number)) return { ok: true, number, warnings: [] }
      return checkCitizenNumber(type, number, today)
    case 'travel-permit-hm':
    case 'travel-permit-tw':
    case 'passport':
      return FORMS[type].test(number)
        ? { ok: true, number, warnings: [] }
        : refusal('FORM', type, number)
  }
}

const FORMS = {
  'travel-permit-hm': /^[HM]\d{8}(\d{2})?$/,
  'travel-permit-tw': /^\d{8}$/,
  passport: /^[A-Z0-9]{5,12}$/,
} as const satisfies Partial<Record<DocumentType, RegExp>>

/** Types whose numbers have 18 characters after GB 11643. */
export type CitizenType = keyof typeof EXPECTED_FORM.ofCitizens

/** Whose 18 characters these are, by the first two. */
function citizenTypeOf(number: string): CitizenType {
  if (number.startsWith('9')) return 'foreign-permanent-id'
  return /^8[123]/.test(number) ? 'residence-permit-hmt' : 'resident-id'
}

function checkCitizenNumber(type: CitizenType, number: string, today: number): DocumentResult {
  if (!/^\d{17}[\dX]$/.test(number)) return refusal('FORM', type, number)
  const fits = citizenTypeOf(number)
  if (fits !== type) return refusal('OTHER_TYPE', type, number, fits)
  if (!isRealBirthDate(number.slice(6, 14), today)) return refusal('BIRTH_DATE', type, number)
  if (number[17] !== checkCharacter(number)) return refusal('CHECK_CHARACTER', type, number)
  return { ok: true, number, warnings: isProvinceKnown(type, number) ? [] : ['REGION_UNKNOWN'] }
}

function isProvinceKnown(type: CitizenType, number: string): boolean {
  if (type !== 'foreign-permanent-id') return PROVINCES.has(number.slice(0, 2))
  const province = number.slice(1, 3)
  return PROVINCES.has(province) && !NOT_OF_FOREIGNERS.has(province)
}

/** The 18th character for the first 17 digits. */
export function checkCharacter(first17: string): string {
  let sum = 0
  for (const [i, weight] of WEIGHTS.entries()) sum += weight * Number(first17[i])
  return CHECK[sum % 11] as string
}

/** The 15 digits were given out until 1999, so the century is the last one. */
function withCentury(fifteen: string): string {
  const first17 = `${fifteen.slice(0, 6)}19${fifteen.slice(6)}`
  return first17 + checkCharacter(first17)
}

/**
 * The other types that the same number was taken under by earlier versions: rows of theirs are found
 * by them. None for a type whose form is its own.
 */
export function formerTypesOf(type: DocumentType, number: string): readonly DocumentType[] {
  if (number.length !== 18) return []
  return (Object.keys(EXPECTED_FORM.ofCitizens) as CitizenType[]).filter(other => other !== type)
}
