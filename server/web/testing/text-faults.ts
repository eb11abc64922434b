/** What is wrong with a page's texts, one line each: keys, values, signs of the language. */
import { LANGUAGES, type Texts } from '../shared/language.ts'

const marks = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join()
/** Signs that belong to the other language's way of writing. */
const STRANGE = { zh: /[\u4e00-\u9fff][,;:?!.](?!\d)/u, en: /'|"|\.\.\./ } as const

export function textFaults(texts: Texts<string>): readonly string[] {
  const { zh, en } = texts
  const keys = [...new Set([...Object.keys(zh), ...Object.keys(en)])]
  return keys.flatMap(key => {
    const pair = { zh: zh[key] ?? '', en: en[key] ?? '' }
    const empty = LANGUAGES.filter(language => pair[language].trim() === '')
    if (empty.length > 0) return [`${key}: nothing in ${empty.join()}`]
    const values = marks(pair.zh) === marks(pair.en) ? [] : [`${key}: other values`]
    const strange = LANGUAGES.filter(one => key !== 'language' && STRANGE[one].test(pair[one]))
    return [...values, ...strange.map(one => `${key}: a sign that ${one} does not have`)]
  })
}
