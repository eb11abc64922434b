/**
 * The birth date in a document's number. GB 11643-1999 and the permits made after it have eight digits
 * for it; the foreigner's number of before 2023 has six and leaves the century open.
 */
import { SHANGHAI_OFFSET_MS } from './certificate.ts'
import type { DocumentType } from './document-type.ts'

/** Below this age, in years, a guardian consents too. */
export const CONSENT_AGE = 14

/** Nobody who lives was born before. */
const BIRTH_YEAR_MIN = 1850
const DAY_MS = 86_400_000

/** Whether `YYYYMMDD` is a day of the calendar, not later than tomorrow by `today` (Unix ms). */
export function isRealBirthDate(yyyymmdd: string, today: number): boolean {
  const year = Number(yyyymmdd.slice(0, 4))
  const month = Number(yyyymmdd.slice(4, 6))
  const day = Number(yyyymmdd.slice(6, 8))
  if (year < BIRTH_YEAR_MIN) return false
  const at = Date.UTC(year, month - 1, day)
  const date = new Date(at)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && at <= today + DAY_MS
}

/**
 * `none`: the number tells no birth date. `century`: it tells two digits of the year, read as the later
 * century that is not in the future, so that no child is taken for an adult; an adult who is taken for
 * a child goes to the window. `day`: `YYYYMMDD`; undefined where the six digits are no date, which may
 * be anybody's.
 */
export type BirthDate =
  | { readonly told: 'none' }
  | { readonly told: 'all' | 'century'; readonly day: string | undefined }

/** The birth date that a canonical number tells; `now`: Unix ms. */
export function birthDateIn(type: DocumentType, number: string, now: number): BirthDate {
  switch (type) {
    case 'resident-id':
    case 'residence-permit-hmt':
      return { told: 'all', day: number.slice(6, 14) }
    case 'foreign-permanent-id': {
      if (number.length === 18) return { told: 'all', day: number.slice(6, 14) }
      const days = ['20', '19'].map(century => century + number.slice(7, 13))
      return { told: 'century', day: days.find(day => isRealBirthDate(day, now)) }
    }
    case 'travel-permit-hm':
    case 'travel-permit-tw':
    case 'passport':
      return { told: 'none' }
  }
}

/**
 * Whether the holder of a canonical number is, or may be, under 14 on the day of `now` in Shanghai.
 * False for documents whose number does not tell the birth date.
 */
export function isUnderConsentAge(type: DocumentType, number: string, now: number): boolean {
  const born = birthDateIn(type, number, now)
  if (born.told === 'none') return false
  if (born.day === undefined) return true
  const birthday = Number(born.day.slice(0, 4)) + CONSENT_AGE
  const today = new Date(now + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10).replaceAll('-', '')
  return today < `${String(birthday).padStart(4, '0')}${born.day.slice(4)}`
}
