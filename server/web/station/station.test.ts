/** The page's logic in Node: a stream by hand, virtual time. */
import t from 'tap'
import { createVirtualTime } from '../../../fixtures/clock.ts'
import type { Heard } from './link.ts'
import type { BodyState, LanePlan, LaneState, RowState, Update } from './protocol.ts'
import { LEAVING_MS, openStation, ROWS_MAX } from './station.ts'

const PLAN: LanePlan = {
  ...{ name: 'A', direction: 'entry', profile: 'flap', pins: [], beams: [], readerAt: -1.35 },
}
const SIGN = { sign: 'idle', code: '', says: { zh: '', en: '' } }
const body = (id: number) => ({ id }) as BodyState
const state = (...bodies: BodyState[]) =>
  ({ levels: '01', position: 0, bodies, sign: SIGN }) as never as LaneState
const row = (seq: number) => ({ id: `e/${seq}`, seq }) as RowState
const WHOLE: Update = {
  plan: { lanes: [PLAN], passengerUrl: 'http://127.0.0.1:1/' },
  lanes: { A: state(body(1)) },
  rows: [row(1), row(2)],
  troubles: ['network'],
}

function openByHand() {
  const time = createVirtualTime()
  const streams: Heard[] = []
  const sent: string[] = []
  let isTaken = true
  const station = openStation({
    open(_path, heard) {
      streams.push(heard)
      return () => {}
    },
    async fetch(_path, { body }) {
      sent.push(String(body))
      return { ok: isTaken }
    },
    timers: time.timers,
  })
  return {
    ...{ station, time, streams, sent },
    tell: (update: Update) => streams.at(-1)?.onData(JSON.stringify(update)),
    refuse() {
      isTaken = false
    },
  }
}

t.test('opens, and takes what the station says first', async t => {
  const { station, tell } = openByHand()
  t.equal(station.link.value, 'opening')
  tell(WHOLE)
  t.equal(station.link.value, 'live')
  t.equal(station.goal.value, 'A')
  t.same(
    station.rows.value.map(({ seq }) => seq),
    [2, 1],
    'newest first',
  )
  t.ok(station.troubles.value.has('network'))
})

t.test('who left is seen for a moment', async t => {
  const { station, tell, time } = openByHand()
  tell(WHOLE)
  tell({ lanes: { A: state(body(2)) } })
  const [lane] = station.lanes.value
  t.same(lane?.state.value.bodies, [body(2)])
  t.same(lane?.leaving.value, [body(1)])
  time.advance(LEAVING_MS)
  t.same(lane?.leaving.value, [])
})

t.test('a station that is gone is looked for until it is back, and begins anew', async t => {
  const { station, tell, time, streams } = openByHand()
  tell(WHOLE)
  streams.at(-1)?.onLost()
  t.equal(station.link.value, 'gone')
  t.equal(streams.length, 1)
  time.advance(1000)
  streams.at(-1)?.onLost()
  time.advance(1000)
  t.equal(streams.length, 3)
  tell({ ...WHOLE, rows: [row(1)] })
  t.equal(station.link.value, 'live')
  t.same(
    station.rows.value.map(({ seq }) => seq),
    [1],
  )
  station.close()
})

t.test('of many rows the newest are kept', async t => {
  const { station, tell } = openByHand()
  tell(WHOLE)
  for (let seq = 3; seq < 3 + ROWS_MAX; seq++) tell({ rows: [row(seq)] })
  t.equal(station.rows.value.length, ROWS_MAX)
  t.equal(station.rows.value[0]?.seq, ROWS_MAX + 2)
})

t.test('lines are sent as they are; one that is not taken is told', async t => {
  const { station, tell, sent, refuse } = openByHand()
  tell(WHOLE)
  station.run('send valid A')
  t.same(sent, ['{"line":"send valid A"}'])
  tell({ answers: [{ id: 1, line: 'issue', text: { zh: '好', en: 'done' } }] })
  t.same(station.answer.value?.text, { zh: '好', en: 'done' })
  refuse()
  station.run('fire on A')
  await new Promise(resolve => setImmediate(resolve))
  t.same(station.answer.value, { line: 'fire on A', text: undefined })
})

t.test('a sign is another one when it says something else, not with each state', async t => {
  const { station, tell } = openByHand()
  tell(WHOLE)
  const [lane] = station.lanes.value
  const shown = (code: string) => {
    tell({ lanes: { A: { ...state(body(1)), sign: { ...SIGN, code } } } })
    return lane?.sign.value
  }
  const rest = shown('')
  t.equal(shown(''), rest)
  const admit = shown('ADMIT')
  t.match(admit, { code: 'ADMIT' })
  t.equal(shown('ADMIT'), admit)
  t.match(shown(''), { code: '' })
})
