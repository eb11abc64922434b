import t from 'tap'
import { checkName, maskName } from './name.ts'

const CASES: [string, string][] = [
  ['张三', '张三'],
  [' 张三 ', '张三'],
  ['阿卜杜拉•买买提', '阿卜杜拉·买买提'],
  ['阿卜杜拉‧买买提', '阿卜杜拉·买买提'],
  ['阿卜杜拉・买买提', '阿卜杜拉·买买提'],
  ['阿卜杜拉．买买提', '阿卜杜拉·买买提'],
  ['𠮷田', '𠮷田'],
  ['㛃𬎆𫖯', '㛃𬎆𫖯'],
  ['O’Neil-Smith,  Mary', 'O’NEIL-SMITH, MARY'],
  ['Zoe\u0308', 'ZOË'],
  ['', 'EMPTY'],
  ['   ', 'EMPTY'],
  ['·张三', 'CHARACTERS'],
  ['张三1', 'CHARACTERS'],
  ['张 三', 'CHARACTERS'],
  ['张三\u200b', 'CHARACTERS'],
  ['<b>x', 'CHARACTERS'],
  ['𠮷'.repeat(64), '𠮷'.repeat(64)],
  ['𠮷'.repeat(65), 'TOO_LONG'],
  ['A'.repeat(100_000), 'TOO_LONG'],
]

t.test('names', async t => {
  for (const [typed, want] of CASES) {
    const got = checkName(typed)
    t.equal(got.ok ? got.name : got.reason, want, JSON.stringify(typed.slice(0, 24)))
  }
})

t.test('masked: the first character of each part', async t => {
  for (const [name, masked] of [
    ['王小明', '王**'],
    ['阿卜杜拉·买买提', '阿***·买**'],
    ['𠮷田', '𠮷*'],
    ['O’NEIL-SMITH, MARY', 'O’N***-S****, M***'],
    ['ZOË', 'Z**'],
    ['X\u030cA', 'X**'],
    ['X', 'X'],
  ] as const) {
    t.equal(maskName(name), masked)
  }
})
