import fc from 'fast-check'
import t from 'tap'
import { isUnderConsentAge } from './birth-date.ts'
import { checkCharacter, checkDocumentNumber, formerTypesOf } from './document.ts'
import { DOCUMENT_TYPES, type DocumentType } from './document-type.ts'

const TODAY = Date.UTC(2026, 0, 31)

/** Numbers made for this table: none is a living person's. */
const withCheck = (first17: string) => first17 + checkCharacter(first17)

t.test('the standard’s own examples of the check character', async t => {
  t.equal(checkCharacter('11010519491231002'), 'X')
  t.equal(checkCharacter('44052418800101001'), '4')
})

const CASES: [DocumentType, string, string][] = [
  ['resident-id', '11010519491231002X', 'ok'],
  ['resident-id', '11010519491231002x', 'ok'],
  ['resident-id', '110105 19491231 002x', 'ok'],
  ['resident-id', '440524188001010014', 'ok'],
  ['resident-id', '110105194912310021', 'CHECK_CHARACTER'],
  ['resident-id', '11010519491231012X', 'CHECK_CHARACTER'],
  ['resident-id', withCheck('11010520000229001'), 'ok'],
  ['resident-id', withCheck('11010519000229001'), 'BIRTH_DATE'],
  ['resident-id', withCheck('11010520011301001'), 'BIRTH_DATE'],
  ['resident-id', withCheck('11010520010431001'), 'BIRTH_DATE'],
  ['resident-id', withCheck('11010520270101001'), 'BIRTH_DATE'],
  ['resident-id', withCheck('11010518491231001'), 'BIRTH_DATE'],
  ['resident-id', withCheck('11010518500101001'), 'ok'],
  ['resident-id', withCheck('11010520260201001'), 'ok'],
  ['resident-id', withCheck('11010520260202001'), 'BIRTH_DATE'],
  ['resident-id', withCheck('89010520010101001'), 'REGION_UNKNOWN'],
  ['resident-id', '11010519491231002', 'FORM'],
  ['resident-id', '１１０１０５19491231002Ｘ', 'ok'],
  ['resident-id', '110105–1949\u200b1231\u3000002ⅹ', 'ok'],
  ['resident-id', '110105491231002', 'ok'],
  ['resident-id', '110105491331002', 'BIRTH_DATE'],
  ['resident-id', '11010519491231002×', 'FORM'],
  ['resident-id', '', 'FORM'],
  ['resident-id', '11010519491231002X'.padStart(32), 'ok'],
  ['resident-id', '11010519491231002X'.padStart(33), 'FORM'],
  ['residence-permit-hmt', 'KAZ110090123105', 'FORM'],
  ['resident-id', 'X'.repeat(1000), 'FORM'],
  ['residence-permit-hmt', withCheck('81000019900101001'), 'ok'],
  ['residence-permit-hmt', withCheck('82000019900101001'), 'ok'],
  ['residence-permit-hmt', withCheck('83000019900101001'), 'ok'],
  ['residence-permit-hmt', withCheck('84000019900101001'), 'OTHER_TYPE'],
  ['residence-permit-hmt', '110105491231002', 'FORM'],
  ['travel-permit-hm', 'h12345678', 'ok'],
  ['travel-permit-hm', 'H1234567890', 'ok'],
  ['travel-permit-hm', 'A12345678', 'FORM'],
  ['travel-permit-tw', '12345678', 'ok'],
  ['travel-permit-tw', '1234567', 'FORM'],
  ['foreign-permanent-id', 'USA310052109011', 'ok'],
  ['foreign-permanent-id', withCheck('91115619900101001'), 'ok'],
  ['foreign-permanent-id', '932682198501010017', 'ok'],
  ['foreign-permanent-id', withCheck('97168219850101001'), 'REGION_UNKNOWN'],
  ['foreign-permanent-id', withCheck('99968219850101001'), 'REGION_UNKNOWN'],
  ['foreign-permanent-id', '932682198501010018', 'CHECK_CHARACTER'],
  ['foreign-permanent-id', withCheck('93268219851301001'), 'BIRTH_DATE'],
  ['foreign-permanent-id', 'kaz110090123105', 'ok'],
  ['passport', 'E12345678', 'ok'],
  ['passport', 'E1', 'FORM'],
]

t.test('numbers', async t => {
  for (const [type, typed, want] of CASES) {
    const got = checkDocumentNumber(type, typed, TODAY)
    const said = got.ok ? (got.warnings[0] ?? 'ok') : got.reason
    t.equal(said, want, `${type} ${typed.slice(0, 24)}`)
  }
})

t.test('a foreigner’s province stands at places 2 and 3: none of today’s 31 warns', async t => {
  const provinces =
    '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65'
  for (const province of provinces.split(' ')) {
    const number = withCheck(`9${province}68219850101001`)
    const got = checkDocumentNumber('foreign-permanent-id', number, TODAY)
    t.same(got, { ok: true, number, warnings: [] }, province)
  }
})

t.test(
  'a number of 18 characters is taken under one type, and the others are told which',
  async t => {
    for (const [first17, fits] of [
      ['11010519900101001', 'resident-id'],
      ['71010519900101001', 'resident-id'],
      ['81000019900101001', 'residence-permit-hmt'],
      ['82000019900101001', 'residence-permit-hmt'],
      ['83000019900101001', 'residence-permit-hmt'],
      ['91115619900101001', 'foreign-permanent-id'],
    ] as const) {
      const number = withCheck(first17)
      const got = DOCUMENT_TYPES.map(
        type => [type, checkDocumentNumber(type, number, TODAY)] as const,
      )
      t.same(
        got.flatMap(([type, one]) => (one.ok ? [type] : [])),
        [fits],
        number.slice(0, 2),
      )
      for (const other of formerTypesOf(fits, number)) {
        const refused = checkDocumentNumber(other, number, TODAY)
        t.match(refused, {
          reason: 'OTHER_TYPE',
          fits,
          seen: { zh: /号码$/, en: /^the number of/ },
        })
        t.notMatch(JSON.stringify(refused), number.slice(0, 6), 'not repeated')
      }
    }
    t.same(formerTypesOf('passport', 'E12345678'), [])
    t.same(formerTypesOf('resident-id', withCheck('11010519900101001')), [
      'residence-permit-hmt',
      'foreign-permanent-id',
    ])
    t.match(checkDocumentNumber('resident-id', withCheck('81000019900101001'), TODAY), {
      seen: { zh: '港澳台居民居住证的号码', en: /^the number of a residence permit/ },
      expected: { zh: '居民身份证的号码', en: 'the number of a resident ID' },
    })
  },
)

t.test('a refusal says what was seen and what is expected, in both languages', async t => {
  for (const [type, typed, seen, expected] of [
    ['resident-id', '1101051949123100', /^16 characters$/, /17 digits and a digit or X/],
    ['resident-id', '11010519491231002×', '18 characters, at place 18 neither', /17 digits/],
    ['resident-id', '110105194912310021', 'a last character that does not fit', /as on the/],
    ['resident-id', withCheck('11010520010431001'), 'no date of birth', /not in the future/],
    ['passport', 'E1', '2 characters', /5 to 12/],
    ['passport', '×12345', '6 characters, at place 1 neither', /5 to 12/],
    ['passport', '1×2345', '6 characters, at place 2 neither', /5 to 12/],
    ['travel-permit-hm', 'A12345678', '9 characters', /^H or M/],
    ['travel-permit-tw', '1', '1 characters', /8 digits/],
    ['foreign-permanent-id', '9', '1 characters', /beginning with 9/],
    ['residence-permit-hmt', '8', '1 characters', /81, 82 or 83/],
  ] as const) {
    const got = checkDocumentNumber(type, typed, TODAY)
    t.match(got, { seen: { zh: /\p{Script=Han}/u, en: seen }, expected: { en: expected, zh: /./ } })
  }
  const dot = checkDocumentNumber('passport', '1×2345', TODAY)
  t.match(dot, { seen: { zh: '6位，第2位既不是数字也不是字母' } })
})

/** Numbers as they stand on documents. */
const REAL: readonly (readonly [DocumentType, string])[] = [
  ['resident-id', '11010519491231002X'],
  ['residence-permit-hmt', withCheck('81000019900101001')],
  ['foreign-permanent-id', '932682198501010017'],
  ['foreign-permanent-id', 'KAZ110090123105'],
  ['travel-permit-hm', 'H12345678'],
  ['travel-permit-tw', '12345678'],
  ['passport', 'E12345678'],
]
const BETWEEN = [...' \t\u00a0\u3000-‐–—－\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad']
const read = (type: DocumentType, typed: string) => {
  const got = checkDocumentNumber(type, typed, TODAY)
  return got.ok ? got.number : undefined
}

t.test('blanks, hyphens, what has no width, full-width and small letters: one number', async () => {
  const wide = (one: string) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)
  const ways = fc.array(fc.tuple(fc.constantFrom(0, 1, 2), fc.constantFrom('', ...BETWEEN)), {
    minLength: 18,
    maxLength: 18,
  })
  for (const [type, number] of REAL) {
    fc.assert(
      fc.property(ways, all => {
        const typed = [...number].map((one, i) => {
          const [way, beside] = all[i] as [number, string]
          return [one, one.toLowerCase(), wide(one)][way] + (i < 12 ? beside : '')
        })
        return read(type, typed.join('')) === number
      }),
    )
  }
})

t.test('canonical numbers stay, over all blocks', async t => {
  const unit = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...'0123456789ABCXxＸ０Ⅹ', ...BETWEEN) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  )
  let taken = 0
  fc.assert(
    fc.property(fc.string({ unit, minLength: 5, maxLength: 12 }), typed => {
      const once = read('passport', typed)
      if (once === undefined) return true
      taken += 1
      return read('passport', once) === once && /^[A-Z0-9]+$/.test(once)
    }),
    { numRuns: 5000 },
  )
  t.ok(taken > 200, `${taken} were taken`)
})

t.test('near pairs are two numbers', async t => {
  for (const [one, other] of [
    ['E12345678', 'E12345679'],
    ['E1234567', 'E12345678'],
    ['E1234567O', 'E12345670'],
    ['E1234567I', 'E12345671'],
    ['E1234567S', 'E12345675'],
    ['E1234567B', 'E12345678'],
    ['E1234567Z', 'E12345672'],
    ['EA1234567', 'EB1234567'],
    ['EA1234567', 'AE1234567'],
    ['１２３４５Ｏ', '１２３４５０'],
    ['X1234567', 'Y1234567'],
    ['012345678', '12345678'],
  ] as const) {
    const both = [read('passport', one), read('passport', other)]
    t.ok(both.every(Boolean) && both[0] !== both[1], `${one} ${other}`)
  }
  // What only looks like one is none: Cyrillic, Greek, a sign, circled and Arabic digits, sharp s.
  for (const typed of ['Е1234567', 'Χ1234567', '×1234567', '①234567', 'E123456٧', 'ß1234567']) {
    t.equal(read('passport', typed), undefined, typed)
  }
  t.not(
    read('resident-id', '11010519491231002X'),
    read('resident-id', withCheck('11010519491231003')),
  )
  t.not(read('travel-permit-hm', 'H12345678'), read('travel-permit-hm', 'M12345678'))
})

t.test('the 15 digits of before are the 18 of the same person', async t => {
  t.equal(read('resident-id', '110105491231002'), '11010519491231002X')
  t.not(read('resident-id', '110105491231003'), '11010519491231002X')
})

t.test('every wrong digit of a valid number is found', async t => {
  const good = '11010519491231002X'
  for (let i = 0; i < 17; i++) {
    for (let digit = 0; digit < 10; digit++) {
      if (good[i] === String(digit)) continue
      const wrong = good.slice(0, i) + digit + good.slice(i + 1)
      t.notOk(checkDocumentNumber('resident-id', wrong, TODAY).ok, wrong)
    }
  }
})

t.test('under 14: by the day in Shanghai, where the number tells', async t => {
  const born = (yyyymmdd: string) => `110105${yyyymmdd}0021`
  // 16:00 UTC is midnight in Shanghai.
  const cases: [string, string, boolean][] = [
    ['20120520', '2026-05-19T15:59:59Z', true],
    ['20120520', '2026-05-19T16:00:00Z', false],
    ['20120229', '2026-02-28T15:59:59Z', true],
    ['20120229', '2026-02-28T16:00:00Z', false],
    ['20120519', '2026-05-19T15:59:59Z', false],
    ['19491231', '2026-01-01T00:00:00Z', false],
  ]
  for (const [day, at, under] of cases) {
    t.equal(isUnderConsentAge('resident-id', born(day), Date.parse(at)), under, `${day} ${at}`)
  }
  t.equal(isUnderConsentAge('passport', 'E12345678', 0), false)
})

t.test(
  'two digits of the year: the later century that is not in the future, no child is taken for an adult',
  async t => {
    const now = Date.parse('2026-05-20T00:00:00Z')
    for (const [number, under, why] of [
      ['KAZ110090123105', false, 'born 1990: 2090 is in the future'],
      ['KAZ110015010105', true, '2015 or 1915'],
      ['KAZ110026052005', true, 'born today, or 1926'],
      ['KAZ110026060105', false, 'born 1926: June is in the future'],
      ['KAZ110012052105', true, '14 tomorrow, or 114'],
      ['KAZ110012051905', false, '14 since yesterday'],
      ['KAZ110000022905', false, '2000 had a 29 February, and 1900 had none'],
      ['USA310052109011', true, 'six digits that are no date tell nobody’s age'],
      ['932682201501010018', true, 'eight digits'],
      ['932682198501010017', false, 'eight digits'],
    ] as const) {
      t.equal(isUnderConsentAge('foreign-permanent-id', number, now), under, why)
    }
  },
)
