import fc from 'fast-check'
import t from 'tap'
import { checkName, isNameOf, maskName } from './name.ts'
import { RADICALS } from './radicals.ts'

const CASES: [string, string][] = [
  ['张三', '张三'],
  [' 张三 ', '张三'],
  ['阿卜杜拉•买买提', '阿卜杜拉·买买提'],
  ['阿卜杜拉．买买提', '阿卜杜拉·买买提'],
  ['阿卜杜拉 ·  买买提', '阿卜杜拉·买买提'],
  ['阿卜杜拉.买买提.艾力', '阿卜杜拉·买买提·艾力'],
  ['𠮷田', '𠮷田'],
  ['㛃𬎆𫖯', '㛃𬎆𫖯'],
  ['⽅⺠⺡', '方民氵'],
  ['O’Neil-Smith,  Mary', "O'NEIL-SMITH, MARY"],
  ['Ｏ＇Ｎｅｉｌ　Ｍａｒｙ', "O'NEIL MARY"],
  ['Smith – Jones', 'SMITH-JONES'],
  ['J. Smith', 'J. SMITH'],
  ['Zoe\u0308', 'ZOË'],
  ['', 'EMPTY'],
  ['   ', 'EMPTY'],
  ['·张三', 'CHARACTERS'],
  ['张三··李四', 'CHARACTERS'],
  ['张三1', 'CHARACTERS'],
  ['张 三', 'CHARACTERS'],
  ['张三\u200b', 'CHARACTERS'],
  ['John·Smith', 'CHARACTERS'],
  ['<b>x', 'CHARACTERS'],
  ['𠮷'.repeat(64), '𠮷'.repeat(64)],
  ['𠮷'.repeat(65), 'TOO_LONG'],
  ['A'.repeat(100_000), 'TOO_LONG'],
]

const nameOf = (typed: string): string => {
  const got = checkName(typed)
  return got.ok ? got.name : got.reason
}

t.test('names', async t => {
  for (const [typed, want] of CASES) {
    t.equal(nameOf(typed), want, JSON.stringify(typed.slice(0, 24)))
  }
})

t.test('a refusal says what was seen, without repeating it, and what is expected', async t => {
  for (const [typed, zh, en] of [
    ['张三1', '第3个字符是数字', 'a digit at place 3'],
    ['张A三', '第2个字符是其他文字的字母', 'a letter of another script at place 2'],
    ['张 三', '第2个字符是空格', 'a blank at place 2'],
    ['张三\u200b', '第3个字符是不可见字符', 'an invisible character at place 3'],
    ['·张三', '间隔号不在两个字之间', 'a dot that is not between two characters'],
    ['Ma<ry', '第3个字符是符号', 'a sign at place 3'],
    ['-Mary', '开头不是字母', 'a beginning that is no letter'],
    ['1张三', '第1个字符是数字', 'a digit at place 1'],
    [' '.repeat(256), '没有填写', 'nothing'],
    [' '.repeat(257), '257个字符', '257 characters'],
    [' ', '没有填写', 'nothing'],
    ['A'.repeat(65), '65个字符', '65 characters'],
  ] as const) {
    t.match(checkName(typed), { ok: false, seen: { zh, en }, expected: { zh: /./, en: /./ } }, en)
  }
})

/** First and last code point. */
const EXTENSIONS: Readonly<Record<string, readonly [number, number]>> = {
  'Unified Ideographs': [0x4e00, 0x9fff],
  A: [0x3400, 0x4dbf],
  B: [0x20000, 0x2a6d6],
  C: [0x2a700, 0x2b738],
  D: [0x2b740, 0x2b81d],
  E: [0x2b820, 0x2cea1],
  F: [0x2ceb0, 0x2ebe0],
  G: [0x30000, 0x3134a],
  H: [0x31350, 0x323af],
  I: [0x2ebf0, 0x2ee5d],
}
const OTHERS: readonly (readonly [number, number])[] = [
  ...([
    [0x20, 0x7e],
    [0xa0, 0x24f],
    [0x250, 0x2ff],
    [0x300, 0x36f],
    [0x1e00, 0x1eff],
  ] as const),
  ...([
    [0x2000, 0x206f],
    [0x2100, 0x218f],
    [0x2200, 0x22ff],
    [0x25a0, 0x25ff],
  ] as const),
  ...([
    [0x2c60, 0x2c7f],
    [0x2e00, 0x2e7f],
    [0x2e80, 0x2eff],
    [0x2f00, 0x2fdf],
  ] as const),
  ...([
    [0x3000, 0x30ff],
    [0x31c0, 0x31ef],
    [0xa720, 0xa7ff],
    [0xf900, 0xfaff],
  ] as const),
  ...([
    [0xfb00, 0xfb06],
    [0xfe30, 0xfe6f],
    [0xff00, 0xffef],
    [0x2f800, 0x2fa1d],
  ] as const),
]
const pointIn = ([from, to]: readonly [number, number]) =>
  fc.integer({ min: from, max: to }).map(point => String.fromCodePoint(point))
const anyPoint = fc.oneof(...[...Object.values(EXTENSIONS), ...OTHERS].map(pointIn))
const hanOf = (range: readonly [number, number]) =>
  fc.string({ unit: pointIn(range), minLength: 1, maxLength: 8 })

t.test('folding is idempotent over the blocks, whatever stands together', async t => {
  const typed = fc.oneof(
    fc.string({ unit: anyPoint, maxLength: 6 }),
    // What is refused says little: letters with something in between.
    fc
      .tuple(fc.constantFrom('张', 'A', 'é'), anyPoint, fc.constantFrom('三', 'b', 'Z'))
      .map(a => a.join('')),
  )
  let taken = 0
  fc.assert(
    fc.property(typed, text => {
      const once = checkName(text)
      if (!once.ok) return true
      taken += 1
      return nameOf(once.name) === once.name
    }),
    { numRuns: 20_000 },
  )
  t.ok(taken > 3000, `${taken} names were taken`)
})

t.test(
  'each character of the unified blocks stays itself, those of extensions B–I too',
  async t => {
    for (const [block, range] of Object.entries(EXTENSIONS)) {
      fc.assert(fc.property(hanOf(range), name => nameOf(name) === name))
      const ends = range.map(point => String.fromCodePoint(point)).join('')
      t.equal(nameOf(ends), ends, block)
    }
  },
)

t.test('every radical of Unicode’s table is read as its character', async t => {
  t.equal(RADICALS.size, 348)
  for (const [radical, character] of RADICALS) {
    t.equal(nameOf(`王${radical}`), `王${character}`, radical)
    const compatible = radical.normalize('NFKC')
    if (compatible !== radical) t.equal(character, compatible, 'as NFKC has it')
  }
  const kangxi = [...RADICALS.keys()].filter(one => one >= '\u2f00' && one <= '\u2fdf')
  t.equal(kangxi.length, 214)
})

const DOTS = [
  ...'\u00b7\u0387\u2022\u2024\u2027\u2219\u22c5\u25cf\u2e31\u3002\u30fb\ufe52\uff0e\uff61\uff65.',
]
const APOSTROPHES = [..."'’ʼ‘‛ʻ′´`＇"]
const HYPHENS = [...'-‐‑‒–—―−﹣－⁃']

t.test('one dot, apostrophe and hyphen, whichever the keyboard gave', async t => {
  const blanks = fc.string({ unit: fc.constantFrom(' ', '\u3000', '\u00a0'), maxLength: 3 })
  const part = hanOf(EXTENSIONS.B as [number, number])
  fc.assert(
    fc.property(part, part, blanks, blanks, fc.constantFrom(...DOTS), (a, b, l, r, dot) => {
      return nameOf(a + l + dot + r + b) === `${a}·${b}`
    }),
  )
  for (const one of APOSTROPHES) t.equal(nameOf(`O${one}Neil`), "O'NEIL", one)
  for (const one of HYPHENS) t.equal(nameOf(`Smith${one}Jones`), 'SMITH-JONES', one)
  for (const one of DOTS) t.equal(nameOf(`阿${one}买`), '阿·买', one)
})

t.test('full-width letters are the letters', async t => {
  const latin = fc.stringMatching(/^[A-Za-z][A-Za-z .,'/-]{0,20}$/)
  const wide = (text: string) =>
    text
      .replaceAll(/[!-~]/g, one => String.fromCharCode(one.charCodeAt(0) + 0xfee0))
      .replaceAll(' ', '\u3000')
  fc.assert(fc.property(latin, name => nameOf(wide(name)) === nameOf(name)))
  t.end()
})

/** Two people each. */
const NEAR: readonly (readonly [string, string])[] = [
  ...([
    ['张三', '张叁'],
    ['未央', '末央'],
    ['王土', '王士'],
    ['于己', '于已'],
    ['戊生', '戌生'],
  ] as const),
  ...([
    ['方日', '方曰'],
    ['方口', '方囗'],
    ['方人', '方入'],
    ['方八', '方入'],
    ['方刀', '方刁'],
  ] as const),
  ...([
    ['𠮷田', '吉田'],
    ['高山', '髙山'],
    ['山崎', '山﨑'],
    ['斎藤', '斉藤'],
    ['斋藤', '齋藤'],
  ] as const),
  ...([
    ['黄英', '黃英'],
    ['吴青', '吳青'],
    ['户田', '戶田'],
    ['青山', '靑山'],
    ['马超', '馬超'],
  ] as const),
  ...([
    ['买买提', '買買提'],
    ['张〇', '张零'],
    ['张一', '张二'],
    ['张丨', '张丿'],
    ['冂生', '冖生'],
  ] as const),
  ...([
    ['阿卜杜拉·买买提', '阿卜杜拉买买提'],
    ['阿·卜杜拉', '阿卜·杜拉'],
  ] as const),
  ...([
    ['龟田', '亀田'],
    ['龙生', '竜生'],
    ['㛃生', '洁生'],
    ['𬎆生', '璎生'],
    ['⺡生', '水生'],
  ] as const),
  ...([
    ["O'Neil", 'ONeil'],
    ["D'Angelo", 'Dangelo'],
    ["O'Neil", 'O Neil'],
    ["O'Neil", 'O-Neil'],
  ] as const),
  ...([
    ['Smith-Jones', 'Smith Jones'],
    ['Smith-Jones', 'Smithjones'],
    ['Al-Ali', 'Al Ali'],
  ] as const),
  ...([
    ['Li Na', 'Lina'],
    ['Lu', 'Lü'],
    ['Zoe', 'Zoë'],
    ['Jose', 'José'],
    ['Orsted', 'Ørsted'],
  ] as const),
  ...([
    ['Lukasz', 'Łukasz'],
    ['Dag', 'Dağ'],
    ['Isik', 'Işık'],
    ['Ilhan', 'İlhan'],
    ['Nino', 'Niño'],
  ] as const),
  ...([
    ['J. Smith', 'J Smith'],
    ['Smith, J', 'Smith J'],
    ['Aase', 'Åse'],
    ['Ae', 'Æ'],
  ] as const),
]

t.test('near pairs are two people', async t => {
  for (const pair of NEAR) {
    const [one, other] = pair.map(checkName)
    t.ok(one?.ok && other?.ok && one.name !== other.name, pair.join(' / '))
  }
  // What looks like a character and is none is not taken for it.
  for (const typed of ['张—', '张○', '张ニ', '张ー', 'Аnna', 'Οscar', 'Ann\u0430']) {
    t.equal(nameOf(typed), 'CHARACTERS', typed)
  }
})

t.test('a name that was stored as it was folded before is the same person’s', async t => {
  t.ok(isNameOf('O’NEIL', "O'NEIL"))
  t.ok(isNameOf('⽅三', '方三'))
  t.ok(isNameOf('王三1', '王三1'), 'also one that would not be taken today')
  t.notOk(isNameOf('ONEIL', "O'NEIL"))
})

t.test('masked: the first character of each part', async t => {
  for (const [name, masked] of [
    ['王小明', '王**'],
    ['阿卜杜拉·买买提', '阿***·买**'],
    ['𠮷田', '𠮷*'],
    ["O'NEIL-SMITH, MARY", "O'N***-S****, M***"],
    ['ZOË', 'Z**'],
    ['X\u030cA', 'X**'],
    ['X', 'X'],
  ] as const) {
    t.equal(maskName(name), masked)
  }
})
