import t from 'tap'
import { LANGUAGES } from '../shared/language.ts'
import { TEXTS } from './texts.ts'

t.test('both languages have every text, and the same values in it', async t => {
  const { zh, en } = TEXTS
  t.same(Object.keys(en).sort(), Object.keys(zh).sort())
  const marks = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
  for (const [key, text] of Object.entries(zh)) {
    const other = en[key as keyof typeof en]
    t.same(marks(other), marks(text), key)
  }
  for (const language of LANGUAGES) {
    for (const [key, text] of Object.entries(TEXTS[language])) t.ok(text.trim(), key)
  }
})

t.test('Chinese is written with Chinese signs, English with typographic ones', async t => {
  for (const [key, text] of Object.entries(TEXTS.zh)) {
    if (key !== 'language') t.notMatch(text, /[\u4e00-\u9fff][,;:?!.](?!\d)/u, key)
  }
  for (const [key, text] of Object.entries(TEXTS.en)) t.notMatch(text, /'|"|\.\.\./, key)
})
