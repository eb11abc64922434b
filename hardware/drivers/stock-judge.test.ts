import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createStockJudge, quietMs } from './stock-judge.ts'

const release = 16
const fire = 12

function rig() {
  const time = createVirtualTime()
  const asked: number[] = []
  const believed: string[] = []
  let noisy = 0
  const judge = createStockJudge({
    pins: [8, fire, release],
    firePin: fire,
    nowMs: () => time.clock.monotonicMs(),
    after: time.timers.after,
    ask: port => asked.push(port),
    believe: (pin, high, heldMs) => believed.push(`${pin} ${high ? 1 : 0} ${heldMs}`),
    onNoisy: () => {
      noisy += 1
    },
  })
  return { time, judge, asked, believed, noisy: () => noisy }
}

t.test('a level is believed when a second report is equal', async t => {
  const { time, judge, asked, believed } = rig()
  t.ok(judge.report(2, 1))
  t.strictSame([asked, believed], [[2], []], 'it is asked for again')
  time.advance(2)
  judge.report(2, 0)
  t.strictSame([asked, believed], [[2, 2], []], 'another one begins anew')
  time.advance(2)
  judge.report(2, 0)
  t.strictSame(believed, ['16 0 2'])
})

t.test('reports that this board can not send are noise', async t => {
  const { judge, believed } = rig()
  t.notOk(judge.report(0, 0), 'a port without contacts')
  t.notOk(judge.report(2, 2), 'a pin without a contact')
  t.notOk(judge.report(7, 1))
  t.strictSame(believed, [])
})

t.test('on a noisy line nothing is believed until it is quiet, and then it is asked', async t => {
  const { time, judge, asked, believed } = rig()
  judge.foreign()
  judge.report(2, 0)
  judge.report(2, 0)
  time.advance(quietMs - 1)
  judge.foreign()
  judge.report(2, 0)
  time.advance(quietMs - 1)
  t.strictSame(believed, [])
  asked.length = 0
  time.advance(30)
  t.ok(asked.includes(2))
  judge.report(2, 0)
  t.equal(believed.length, 1)
})

t.test('fire is believed on a noisy line after three reports in a row; its end is not', async t => {
  const { time, judge, asked, believed } = rig()
  const open = 1 << (fire % 8)
  judge.foreign()
  time.advance(60)
  t.ok(asked.length >= 2 && asked.every(port => port === 1), 'its port is asked all the while')
  judge.report(1, open)
  judge.report(1, open | 1)
  judge.report(1, 0)
  judge.report(1, open)
  judge.report(1, open)
  t.strictSame(believed, [])
  judge.report(1, open | 1)
  t.strictSame(believed, ['12 1 0'], 'the same for fire, whatever else changes')
  for (let i = 0; i < 5; i += 1) judge.report(1, 0)
  t.equal(believed.length, 1)
})

t.test('three reports of fire that are far apart are none', async t => {
  const { time, judge, believed } = rig()
  for (let i = 0; i < 6; i += 1) {
    judge.foreign()
    judge.report(1, 1 << (fire % 8))
    time.advance(101)
    judge.foreign()
  }
  t.strictSame(believed, [])
})

t.test('noise without a pause for 2 s is told once a look', async t => {
  const { time, judge, noisy } = rig()
  for (let ms = 0; ms < 2000; ms += 50) {
    judge.foreign()
    time.advance(50)
  }
  t.equal(noisy(), 0)
  judge.foreign()
  time.advance(50)
  t.ok(noisy() > 0)
})
