import t from 'tap'
import { createLogTail } from './log-tail.ts'

t.test('the last lines, within both bounds', async t => {
  const tail = createLogTail(3, 12)
  for (let i = 1; i <= 10; i++) tail.write(`${i}\n`)
  t.same(tail.lines(), ['8', '9', '10'])
  tail.write('ten chars!')
  t.same(tail.lines(), ['10', 'ten chars!'], '12 characters')
  tail.write('x'.repeat(100))
  t.same(tail.lines(), ['x'.repeat(12)], 'a line that is too long is cut')
})
