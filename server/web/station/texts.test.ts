import t from 'tap'
import { textFaults } from '../testing/text-faults.ts'
import { TEXTS } from './texts.ts'

t.test('both languages have every text, with the same values and their own signs', async t => {
  t.same(textFaults(TEXTS), [])
})
