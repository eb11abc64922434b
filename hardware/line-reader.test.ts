import fc from 'fast-check'
import t from 'tap'
import { createLineReader } from './line-reader.ts'

function read(...chunks: number[][]) {
  const messages: number[][] = []
  let foreign = 0
  const reader = createLineReader({
    dataBytes: command => ({ 249: 2, 144: 2, 250: 0 })[command],
    sysexBytesMax: 6,
    onMessage: bytes => messages.push([...bytes]),
    onForeign: count => {
      foreign += count
    },
  })
  for (const chunk of chunks) reader.push(chunk)
  return { messages, foreign }
}

t.test('whole messages are handed on, in any pieces', async t => {
  const bytes = [0xf9, 2, 5, 0xfa, 0xf0, 1, 2, 0xf7, 0x90, 0, 1]
  const messages = [[0xf9, 2, 5], [0xfa], [0xf0, 1, 2, 0xf7], [0x90, 0, 1]]
  t.strictSame(read(bytes), { messages, foreign: 0 })
  t.strictSame(read(...bytes.map(byte => [byte])), { messages, foreign: 0 })
})

t.test('what is part of no message is counted, and the next message is read', async t => {
  const whole = [0x90, 0, 1]
  for (const [noise, foreign] of [
    [[1, 2, 3], 3],
    [[0xf9, 2], 2],
    [[0xf0, 1, 2], 3],
    [[0xf0, 0xf7], 2],
    [[0xf7], 1],
    [[0xc0], 1],
    [[0xf0, 1, 2, 3, 4, 5], 6],
    [[0xf0, 1, 2, 3, 4, 5, 6, 0xf7], 8],
  ] as const) {
    t.strictSame(read([...noise, ...whole]), { messages: [whole], foreign }, noise.join())
  }
})

t.test('every byte is in a message, foreign, or still awaited', async () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 255 })), bytes => {
      const { messages, foreign } = read(bytes)
      const taken = messages.flat().length + foreign
      return taken <= bytes.length && bytes.length - taken < 6
    }),
  )
})
