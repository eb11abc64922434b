import fc from 'fast-check'
import t from 'tap'
import { checkOf, createFrameJudge, encodeFrame, encodeSetUp, isFrame } from './guarded-line.ts'
import { decodeSetUp } from './sim/set-up.ts'

const levels = fc.integer({ min: 0, max: 2 ** 21 - 1 })
const session = fc.integer({ min: 0, max: 2 ** 21 - 1 })

t.test('the check is CRC-21 of CAN FD', async t => {
  t.equal(checkOf(Buffer.from('123456789')), 0x0ed841)
})

t.test('a frame of the session is taken, of another one never', async () => {
  fc.assert(
    fc.property(session, session, levels, (own, other, sent) => {
      const frame = encodeFrame(own, 0, sent)
      const outcome = createFrameJudge(other).take(frame)
      if (!isFrame(frame)) return false
      return own === other ? 'levels' in outcome && outcome.levels === sent : 'fault' in outcome
    }),
  )
})

t.test('up to five wrong bits are always seen', async () => {
  const bits = fc.uniqueArray(fc.integer({ min: 0, max: 55 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(session, levels, bits, (number, sent, wrong) => {
      const frame = encodeFrame(number, 3, sent)
      for (const bit of wrong) frame[bit >> 3]! ^= 1 << (bit & 7)
      if (!frame.slice(1).every(byte => byte < 0x80) || !isFrame(frame)) return true
      return 'fault' in createFrameJudge(number).take(frame)
    }),
    { numRuns: 20_000 },
  )
})

t.test(
  'a number must move on: repeats and old ones are refused, a gap of seven is not',
  async t => {
    const judge = createFrameJudge(1)
    const take = (sequence: number) => 'levels' in judge.take(encodeFrame(1, sequence, 0))
    t.ok(take(0))
    t.notOk(take(0), 'the same')
    t.ok(take(8), 'seven were lost')
    t.notOk(take(7), 'the one before')
    t.notOk(take(1), 'from long before')
    t.ok(take(16))
  },
)

t.test('a set-up is read as it was written, and no wrong byte is', async () => {
  const pin = fc.integer({ min: 2, max: 19 })
  const level = fc.constantFrom(0 as const, 1 as const)
  const list = (maxLength: number) => fc.array(fc.record({ pin, level }), { maxLength })
  const setUp = fc.record({
    session,
    deadmanMs: fc.integer({ min: 0, max: 5000 }),
    outputs: fc.constant(0b11),
    pullups: fc.constant(0b1100),
    hold: list(6),
    fire: fc.option(fc.record({ pin, outputs: list(4) })),
  })
  fc.assert(
    fc.property(setUp, fc.nat(), fc.integer({ min: 1, max: 0x7f }), (asked, at, flip) => {
      const bytes = encodeSetUp(asked)
      const wrong = [...bytes]
      wrong[1 + (at % (bytes.length - 2))]! ^= flip
      const read = JSON.stringify(decodeSetUp(bytes), Object.keys(asked).concat(['pin', 'level']))
      const same = JSON.stringify(asked, Object.keys(asked).concat(['pin', 'level']))
      return read === same && (wrong[1] !== 1 || decodeSetUp(wrong) === null)
    }),
  )
})
