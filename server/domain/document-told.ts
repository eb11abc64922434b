/** Why a document's number is refused: what was found, without repeating it, and what was expected. */
import type { DocumentType } from './document-type.ts'
import type { InBoth } from './told.ts'

/** `OTHER_TYPE`: it is a number of another type of document. */
export type NumberReason = 'FORM' | 'OTHER_TYPE' | 'BIRTH_DATE' | 'CHECK_CHARACTER'

export interface RefusedNumber {
  readonly ok: false
  readonly reason: NumberReason
  readonly seen: InBoth
  readonly expected: InBoth
  /** For `OTHER_TYPE`: the type that the number is of. */
  readonly fits?: DocumentType
}

const TYPES: Readonly<Record<DocumentType, InBoth>> = {
  'resident-id': { zh: '居民身份证', en: 'a resident ID' },
  'residence-permit-hmt': {
    zh: '港澳台居民居住证',
    en: 'a residence permit of Hong Kong, Macao and Taiwan residents',
  },
  'travel-permit-hm': {
    zh: '港澳居民来往内地通行证',
    en: 'a travel permit of Hong Kong and Macao residents',
  },
  'travel-permit-tw': {
    zh: '台湾居民来往大陆通行证',
    en: 'a travel permit of Taiwan residents',
  },
  'foreign-permanent-id': {
    zh: '外国人永久居留身份证',
    en: 'a foreigner’s permanent residence ID',
  },
  passport: { zh: '护照', en: 'a passport' },
}

/** The form of each type's number. */
export const EXPECTED_FORM = {
  ofCitizens: {
    'resident-id': {
      zh: '18位：17位数字和1位数字或X，不以81、82、83或9开头',
      en: '18 characters: 17 digits and a digit or X, not beginning with 81, 82, 83 or 9',
    },
    'residence-permit-hmt': {
      zh: '18位：以81、82或83开头的17位数字和1位数字或X',
      en: '18 characters: 17 digits, beginning with 81, 82 or 83, and a digit or X',
    },
    'foreign-permanent-id': {
      zh: '18位：以9开头的17位数字和1位数字或X；旧版15位：3个字母和12位数字',
      en: '18 characters: 17 digits, beginning with 9, and a digit or X; of before 2023, 3 letters and 12 digits',
    },
  },
  ofOthers: {
    'travel-permit-hm': { zh: 'H或M和8位或10位数字', en: 'H or M and 8 or 10 digits' },
    'travel-permit-tw': { zh: '8位数字', en: '8 digits' },
    passport: { zh: '5至12个字母或数字', en: '5 to 12 letters and digits' },
  },
} as const satisfies Record<string, Partial<Record<DocumentType, InBoth>>>

const FORMS: Readonly<Record<DocumentType, InBoth>> = {
  ...EXPECTED_FORM.ofCitizens,
  ...EXPECTED_FORM.ofOthers,
}

/** `fits`: for `OTHER_TYPE`, the type that the number is of. */
export function refusal(
  reason: NumberReason,
  type: DocumentType,
  number: string,
  fits: DocumentType = type,
): RefusedNumber {
  switch (reason) {
    case 'FORM':
      return { ok: false, reason, seen: shapeOf(number), expected: FORMS[type] }
    case 'OTHER_TYPE': {
      const seen = { zh: `${TYPES[fits].zh}的号码`, en: `the number of ${TYPES[fits].en}` }
      const expected = { zh: `${TYPES[type].zh}的号码`, en: `the number of ${TYPES[type].en}` }
      return { ok: false, reason, seen, expected, fits }
    }
    case 'BIRTH_DATE':
      return {
        ok: false,
        reason,
        seen: { zh: '第7至14位不是出生日期', en: 'no date of birth at places 7 to 14' },
        expected: { zh: '年月日，不在将来', en: 'year, month and day, not in the future' },
      }
    case 'CHECK_CHARACTER':
      return {
        ok: false,
        reason,
        seen: {
          zh: '校验码与前17位不符',
          en: 'a last character that does not fit the 17 digits before',
        },
        expected: { zh: '逐位与证件相同的号码', en: 'each character as on the document' },
      }
  }
}

/** How many characters, and where the first one is that no number has. */
function shapeOf(number: string): InBoth {
  const points = [...number]
  const at = points.findIndex(one => !/[0-9A-Z]/.test(one))
  const n = points.length
  if (at < 0) return { zh: `${n}位`, en: `${n} characters` }
  return {
    zh: `${n}位，第${at + 1}位既不是数字也不是字母`,
    en: `${n} characters, at place ${at + 1} neither a digit nor a letter`,
  }
}
