/**
 * Identity documents: which types exist, and what a valid number looks like.
 * Citizen identification number: GB 11643-1999, 17 digits and a check character by
 * ISO 7064 MOD 11-2. Obsolete region codes stay valid for life, so a region is never refused.
 */
import { DOCUMENT_NUMBER_CHARS_MAX } from '../limits.ts'

export const DOCUMENT_TYPES = [
  'resident-id',
  'residence-permit-hmt',
  'travel-permit-hm',
  'travel-permit-tw',
  'foreign-permanent-id',
  'passport',
] as const
export type DocumentType = (typeof DOCUMENT_TYPES)[number]

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK = '10X98765432'

/** First two digits of a region code: provinces and the like that have ever been given out. */
const PROVINCES = new Set(
  (
    '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 ' +
    '50 51 52 53 54 61 62 63 64 65 71 81 82 83 91'
  ).split(' '),
)

export type DocumentResult =
  | { readonly ok: true; readonly number: string; readonly warnings: readonly 'REGION_UNKNOWN'[] }
  | { readonly ok: false; readonly reason: 'FORM' | 'BIRTH_DATE' | 'CHECK_CHARACTER' }

/**
 * Checks a number as typed and gives its canonical form (upper case, no blanks).
 * `today`: Unix ms, since nobody is born tomorrow.
 */
export function checkDocumentNumber(
  type: DocumentType,
  typed: string,
  today: number,
): DocumentResult {
  if (typed.length > DOCUMENT_NUMBER_CHARS_MAX) return { ok: false, reason: 'FORM' }
  const number = typed.replaceAll(/[\s-]/g, '').toUpperCase()
  switch (type) {
    case 'resident-id':
    case 'residence-permit-hmt':
      return checkCitizenNumber(number, today)
    case 'travel-permit-hm':
      return formOf(/^[HM]\d{8}(\d{2})?$/, number)
    case 'travel-permit-tw':
      return formOf(/^\d{8}$/, number)
    case 'foreign-permanent-id':
      // Cards since 2023 carry an 18-character number by GB 11643's check; older ones 15 characters.
      return number.length === 18
        ? checkCitizenNumber(number, today)
        : formOf(/^[A-Z]{3}\d{12}$/, number)
    case 'passport':
      return formOf(/^[A-Z0-9]{5,12}$/, number)
  }
}

function formOf(form: RegExp, number: string): DocumentResult {
  return form.test(number) ? { ok: true, number, warnings: [] } : { ok: false, reason: 'FORM' }
}

function checkCitizenNumber(number: string, today: number): DocumentResult {
  if (!/^\d{17}[\dX]$/.test(number)) return { ok: false, reason: 'FORM' }
  if (!isRealBirthDate(number.slice(6, 14), today)) return { ok: false, reason: 'BIRTH_DATE' }
  if (number[17] !== checkCharacter(number)) return { ok: false, reason: 'CHECK_CHARACTER' }
  const known = PROVINCES.has(number.slice(0, 2))
  return { ok: true, number, warnings: known ? [] : ['REGION_UNKNOWN'] }
}

/** The 18th character for the first 17 digits. */
export function checkCharacter(first17: string): string {
  let sum = 0
  for (const [i, weight] of WEIGHTS.entries()) sum += weight * Number(first17[i])
  return CHECK[sum % 11] as string
}

/** Below this age, in years, a guardian consents too. */
export const CONSENT_AGE = 14
const SHANGHAI_OFFSET_MS = 8 * 3600_000

/**
 * Whether the holder of a canonical number is under 14 on the day of `now` in Shanghai. False for
 * documents whose number does not tell the birth date.
 */
export function isUnderConsentAge(type: DocumentType, number: string, now: number): boolean {
  const tells = type === 'resident-id' || type === 'residence-permit-hmt' || number.length === 18
  if (!tells) return false
  const birthday = Number(number.slice(6, 10)) + CONSENT_AGE
  const today = new Date(now + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10).replaceAll('-', '')
  return today < `${String(birthday).padStart(4, '0')}${number.slice(10, 14)}`
}

function isRealBirthDate(yyyymmdd: string, today: number): boolean {
  const year = Number(yyyymmdd.slice(0, 4))
  const month = Number(yyyymmdd.slice(4, 6))
  const day = Number(yyyymmdd.slice(6, 8))
  if (year < 1850) return false
  const at = Date.UTC(year, month - 1, day)
  const date = new Date(at)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && at <= today + 86_400_000
}
