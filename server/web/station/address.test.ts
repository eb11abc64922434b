import t from 'tap'
import { addressOf, readAddress } from './address.ts'

t.test('what an address says is shown, and comes back', t => {
  const shown = {
    row: '9be0f5e56703b6e4/12',
    lane: 'B',
    language: 'zh',
    isConsoleOpen: true,
    scenario: 'people/flap-normal',
  } as const
  t.same(readAddress(addressOf(shown)), shown)
  const nothing = { row: '', lane: '', language: undefined, isConsoleOpen: false, scenario: '' }
  t.same(readAddress(''), nothing)
  t.same(readAddress('#language=klingon&row=%3Cb%3E&console=shut'), {
    ...nothing,
    row: '<b>',
  })
  t.end()
})
