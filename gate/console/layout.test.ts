import t from 'tap'
import { numberedLines, wrapped } from './layout.ts'

t.test('numbers stand in a column of their own, also where a line is too wide', async t => {
  t.same(
    numberedLines(
      [
        [9, '{'],
        [10, '  "a": "0123456789"'],
        [null, '- b'],
        [11, ''],
      ],
      14,
    ),
    [' 9  {', '10    "a": "01', '    23456789"', '    - b', '11  '],
  )
  t.same(numberedLines([], 80), [])
})

t.test('lines break at blanks and between Chinese letters, never before a comma', async t => {
  t.same(wrapped('  one two three', 9, '    '), ['  one two', '    three'])
  t.same(wrapped('name    value and more', 14), ['name    value', '  and more'])
  t.same(wrapped('处理：检查闸机时钟，重启', 10), ['处理：检查', '  闸机时', '  钟，重启'])
  t.same(wrapped('查看（NO_TURN）。', 10), ['查看', '  （NO_TURN）。'])
  t.same(wrapped('', 10), [''])
})
