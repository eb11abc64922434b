import t from 'tap'
import {
  checkCharacter,
  checkDocumentNumber,
  type DocumentType,
  isUnderConsentAge,
} from './document.ts'

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
  ['resident-id', withCheck('99010520010101001'), 'REGION_UNKNOWN'],
  ['resident-id', '11010519491231002', 'FORM'],
  ['resident-id', '１１０１０５19491231002X', 'FORM'],
  ['resident-id', '', 'FORM'],
  ['resident-id', 'X'.repeat(1000), 'FORM'],
  ['residence-permit-hmt', withCheck('81000019900101001'), 'ok'],
  ['travel-permit-hm', 'h12345678', 'ok'],
  ['travel-permit-hm', 'H1234567890', 'ok'],
  ['travel-permit-hm', 'A12345678', 'FORM'],
  ['travel-permit-tw', '12345678', 'ok'],
  ['travel-permit-tw', '1234567', 'FORM'],
  ['foreign-permanent-id', 'USA310052109011', 'ok'],
  ['foreign-permanent-id', withCheck('91115619900101001'), 'ok'],
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
    ['19491231', '2026-01-01T00:00:00Z', false],
  ]
  for (const [day, at, under] of cases) {
    t.equal(isUnderConsentAge('resident-id', born(day), Date.parse(at)), under, `${day} ${at}`)
  }
  t.equal(isUnderConsentAge('passport', 'E12345678', 0), false)
})
