/** The technician's line of the page, in Node. */
import t from 'tap'
import { settle } from '../../../fixtures/clock.ts'
import { createConsoleLine, KEPT_BYTES_MAX, WAITING_BYTES_MAX } from './console-line.ts'
import { TYPED_BYTES_MAX } from './protocol.ts'

function openByHand() {
  const sent: string[] = []
  let gate = Promise.resolve()
  const line = createConsoleLine(async bytes => {
    sent.push(Buffer.from(bytes).toString())
    await gate
  })
  const hold = () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    gate = promise
    return {
      take: resolve,
      refuse: () => reject(new Error('gone')),
    }
  }
  return { line, sent, hold }
}

t.test('a terminal that is opened late is told what was said, then what comes', async t => {
  const { line } = openByHand()
  line.begin('login: ')
  let heard = ''
  const end = line.listen(bytes => {
    heard += Buffer.from(bytes).toString('latin1')
  })
  t.equal(heard, 'login: ')
  line.hear('\xe5\x8c\x97')
  t.equal(heard, 'login: \xe5\x8c\x97', 'each byte as it was')
  line.begin('# ')
  t.equal(heard, 'login: \xe5\x8c\x97\x1bc# ', 'another line begins on an empty screen')
  end()
  line.hear('more')
  t.equal(heard.endsWith('# '), true)
})

t.test('of much that was said the last is kept', async t => {
  const { line } = openByHand()
  line.hear(`first${'x'.repeat(KEPT_BYTES_MAX)}`)
  line.listen(bytes => t.equal(bytes.length, KEPT_BYTES_MAX))
})

t.test('what is typed goes out in its order, one request at a time', async t => {
  const { line, sent, hold } = openByHand()
  const { take } = hold()
  for (const key of ['s', 'h', '北']) line.type(key)
  t.same(sent, ['s'])
  take()
  await settle()
  t.same(sent, ['s', 'h北'])
  line.type('y'.repeat(TYPED_BYTES_MAX + 1))
  await settle()
  t.same(
    sent.slice(2).map(one => one.length),
    [TYPED_BYTES_MAX, 1],
  )
  t.equal(line.isLost.value, false)
})

t.test('what is not taken is told, and not sent later', async t => {
  const { line, sent, hold } = openByHand()
  const { refuse } = hold()
  line.type('a')
  line.type('b')
  refuse()
  await settle()
  t.equal(line.isLost.value, true)
  t.same(sent, ['a'])
  hold().take()
  line.type('c')
  await settle()
  t.same(sent, ['a', 'c'])
  t.equal(line.isLost.value, false)
})

t.test('a block that is too long is not taken, and not in part', async t => {
  const { line, sent, hold } = openByHand()
  const { take } = hold()
  line.type('a')
  line.type('x'.repeat(WAITING_BYTES_MAX + 1))
  t.equal(line.isLost.value, true)
  take()
  await settle()
  t.same(sent, ['a'])
})
