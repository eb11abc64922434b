import t from 'tap'
import { textFaults } from '../testing/text-faults.ts'
import { TEXTS } from './texts.ts'

t.test('both languages have every text, with the same values and their own signs', async t => {
  t.same(textFaults(TEXTS), [])
})

t.test('a text that is missing, or written the other way, is named', async t => {
  const texts = {
    zh: { a: '好', b: '{n} 次', c: '好,的', language: 'English' },
    en: { a: ' ', b: 'once', c: 'it is "good"', language: '中文' },
  }
  t.same(textFaults(texts), [
    'a: nothing in en',
    'b: other values',
    'c: a sign that zh does not have',
    'c: a sign that en does not have',
  ])
})
