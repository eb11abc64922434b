import t from 'tap'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { testBodySchema } from '../contract/events.ts'
import { TAKEN_AWAY_MS } from '../limits.ts'

const never = new AbortController().signal
const tests = ({ journal }: VirtualLane) =>
  (journal.pending()?.rows ?? [])
    .filter(row => row.kind === 'test')
    .map(row => testBodySchema.parse(JSON.parse(row.body ?? '')))

t.test('what a code before the reader would be told; nothing is used, nothing moves', async t => {
  const gate = await createVirtualLane()
  const { next } = gate.lane.codeTests
  t.equal(next('entry', 'lin', never), 'NOT_IN_MAINTENANCE')
  await gate.modes({ maintenance: true })
  t.equal(next('exit', 'lin', never), 'NO_SUCH_PART', 'no reader looks that way')
  const text = await gate.code()
  const first = next('entry', 'lin', never)
  t.equal(next('entry', 'wei', never), 'READER_IN_TEST')
  await gate.scan(text)
  t.match(await first, { reader: 'A.scanner', chars: text.length, code: 'ADMIT' })
  await gate.scan('no pass')
  const second = next('entry', 'lin', never)
  await gate.scan('no pass at all')
  t.match(await second, { chars: 14, code: 'MALFORMED' }, 'the next one, none before')
  t.equal(gate.energised.size, 0)
  t.same(
    tests(gate).map(({ about, what, by, code, pretended }) => [about, what, by, code, pretended]),
    [
      ['scan', 'entry', 'lin', 'ADMIT', undefined],
      ['scan', 'entry', 'lin', 'MALFORMED', undefined],
    ],
  )
  t.notMatch(JSON.stringify(gate.journal.pending()), text.slice(8, 40), 'the text is nowhere')
  await gate.modes({ maintenance: false })
  await gate.time.advanceAsync(TAKEN_AWAY_MS)
  await gate.scan(text)
  t.same([...gate.energised], ['entry'], 'the pass is as good as before, once it was taken away')
})

t.test('each direction has its own reader', async t => {
  const gate = await createVirtualLane({
    direction: 'both',
    scanner: { port: 's' },
    exitScanner: { port: 'x' },
  })
  await gate.modes({ maintenance: true })
  const [entry, exit] = (['entry', 'exit'] as const).map(way =>
    gate.lane.codeTests.next(way, 'lin', never),
  )
  await gate.scanAtExit('one')
  await gate.scan('other')
  t.match(await exit, { reader: 'A.exitScanner', chars: 3 })
  t.match(await entry, { reader: 'A.scanner', chars: 5 })
})

t.test('a lane that serves again decides its codes itself', async t => {
  const gate = await createVirtualLane()
  await gate.modes({ maintenance: true })
  const stop = new AbortController()
  const waits = gate.lane.codeTests.next('entry', 'lin', stop.signal)
  await gate.modes({ maintenance: false })
  await gate.scan(await gate.code())
  t.same([...gate.energised], ['entry'])
  stop.abort()
  t.equal(await waits, undefined)
  t.same(tests(gate), [])
})

t.test('it ends when it is stopped, and with the lane', async t => {
  const gate = await createVirtualLane()
  await gate.modes({ maintenance: true })
  t.equal(await gate.lane.codeTests.next('entry', 'lin', AbortSignal.abort()), undefined)
  const stop = new AbortController()
  const first = gate.lane.codeTests.next('entry', 'lin', stop.signal)
  stop.abort()
  t.equal(await first, undefined)
  const second = gate.lane.codeTests.next('entry', 'lin', never)
  await gate.lane.stop()
  t.equal(await second, undefined)
})
