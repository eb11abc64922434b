import t from 'tap'
import { numberedLines } from './layout.ts'

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
