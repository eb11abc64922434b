import t from 'tap'
import { SALE_DAYS_AHEAD } from '../limits.ts'
import {
  boardingWindow,
  changeFault,
  dayStart,
  isDay,
  refundFault,
  saleFault,
  shanghaiDay,
  type TicketLife,
  type Train,
  tripOf,
} from './ticket.ts'

const at = (text: string) => Date.parse(text)
const stop = (station: string, arrives: number | null, departs: number | null) => ({
  station,
  arrives,
  departs,
})
/** Wednesdays to Fridays in May 2026: north 22:00, mid 23:30 and 23:35, south 01:10. */
const night: Train = {
  number: 'D7',
  validFrom: '2026-05-06',
  validUntil: '2026-05-29',
  weekdays: '345',
  stops: [
    stop('north', null, 22 * 60),
    stop('mid', 23 * 60 + 30, 24 * 60 + 5),
    stop('south', 25 * 60 + 10, null),
  ],
}

t.test('days are Shanghai’s', async t => {
  const cases: [string, string][] = [
    ['2026-05-20T15:59:59.999Z', '2026-05-20'],
    ['2026-05-20T16:00:00Z', '2026-05-21'],
    ['2026-12-31T16:00:00Z', '2027-01-01'],
  ]
  for (const [time, day] of cases) t.equal(shanghaiDay(at(time)), day, time)
  t.equal(dayStart('2026-05-21'), at('2026-05-20T16:00:00Z'))
  const days: [string, boolean][] = [
    ['2026-05-20', true],
    ['2028-02-29', true],
    ['2026-02-29', false],
    ['2026-13-01', false],
    ['2026-00-10', false],
    ['2026-5-20', false],
    ['20260520', false],
    ['2026-05-20T00', false],
    ['', false],
    ['+002026-05-20', false],
    ['2026-05-20 ', false],
    ['2026-05', false],
    ['2026', false],
  ]
  for (const [text, good] of days) t.equal(isDay(text), good, text)
})

t.test('which train goes from where to where on a day', async t => {
  const rows: [string, string, string, string, string | undefined][] = [
    ['a Wednesday', 'north', 'mid', '2026-05-20', '2026-05-20T14:00:00Z'],
    ['the whole way', 'north', 'south', '2026-05-20', '2026-05-20T14:00:00Z'],
    ['past midnight: the day of boarding', 'mid', 'south', '2026-05-21', '2026-05-20T16:05:00Z'],
    ['Friday’s, on Saturday', 'mid', 'south', '2026-05-23', '2026-05-22T16:05:00Z'],
    ['no Saturday', 'north', 'south', '2026-05-23', undefined],
    ['no Tuesday’s, on Wednesday', 'mid', 'south', '2026-05-20', undefined],
    ['the first day', 'north', 'south', '2026-05-06', '2026-05-06T14:00:00Z'],
    ['before it', 'north', 'south', '2026-05-01', undefined],
    ['the last day', 'north', 'south', '2026-05-29', '2026-05-29T14:00:00Z'],
    ['the last run, on the day after', 'mid', 'south', '2026-05-30', '2026-05-29T16:05:00Z'],
    ['after it', 'north', 'south', '2026-06-03', undefined],
    ['backwards', 'south', 'north', '2026-05-20', undefined],
    ['nowhere', 'north', 'north', '2026-05-20', undefined],
    ['from a station it does not serve', 'east', 'south', '2026-05-20', undefined],
    ['to a station it does not serve', 'north', 'east', '2026-05-20', undefined],
  ]
  for (const [what, from, to, day, departs] of rows) {
    const trip = tripOf(night, from, to, day)
    t.equal(trip?.departsAt, departs && at(departs), what)
    if (trip !== undefined) t.match(trip, { train: 'D7', from, to, day }, what)
  }
  const round = { ...night, stops: [...night.stops.slice(0, 2), stop('north', 1510, null)] }
  t.equal(tripOf(round, 'mid', 'mid', '2026-05-21'), undefined, 'from a station to itself')
  const ends = [stop('north', 100, 90), stop('mid', 200, null), stop('south', null, 300)]
  const odd = { ...night, stops: ends }
  t.equal(tripOf(odd, 'north', 'south', '2026-05-20'), undefined, 'it does not arrive there')
  t.equal(tripOf(odd, 'mid', 'south', '2026-05-20'), undefined, 'nor leave here')
  t.equal(tripOf(night, 'north', 'mid', '2026-05-20')?.arrivesAt, at('2026-05-20T15:30:00Z'))
  t.equal(tripOf(night, 'north', 'south', '2026-05-20')?.arrivesAt, at('2026-05-20T17:10:00Z'))
})

t.test('sold for the future only, so many days ahead', async t => {
  const now = at('2026-05-20T04:00:00Z')
  const trip = (text: string) => ({ departsAt: at(text), day: shanghaiDay(at(text)) })
  t.equal(SALE_DAYS_AHEAD, 15)
  t.equal(saleFault(trip('2026-05-20T04:00:00.001Z'), now), undefined)
  t.equal(saleFault(trip('2026-05-20T04:00:00Z'), now), 'TRAIN_DEPARTED')
  t.equal(
    saleFault(trip('2026-06-04T15:59:00Z'), now),
    undefined,
    'the last minute of the last day',
  )
  t.equal(saleFault(trip('2026-06-04T16:00:00Z'), now), 'SALE_NOT_OPEN')
})

t.test('refunded before departure and once; changed likewise, and never again', async t => {
  const now = 1000
  const sold: TicketLife = { state: 'sold', departsAt: 1001, replaces: null }
  const rows: [string, Partial<TicketLife>, string | undefined, string | undefined][] = [
    ['in time', {}, undefined, undefined],
    ['at departure', { departsAt: 1000 }, 'TRAIN_DEPARTED', 'TRAIN_DEPARTED'],
    ['refunded', { state: 'refunded' }, 'TICKET_ENDED', 'TICKET_ENDED'],
    ['changed', { state: 'changed' }, 'TICKET_ENDED', 'TICKET_ENDED'],
    ['refunded long ago', { state: 'refunded', departsAt: 1 }, 'TICKET_ENDED', 'TICKET_ENDED'],
    ['from a change', { replaces: 'x' }, undefined, 'CHANGED_BEFORE'],
  ]
  for (const [what, over, refund, change] of rows) {
    t.equal(refundFault({ ...sold, ...over }, now), refund, `${what}: refund`)
    t.equal(changeFault({ ...sold, ...over }, now), change, `${what}: change`)
  }
})

t.test('boarding opens and closes before departure', async t => {
  const departs = at('2026-05-20T08:00:00Z')
  t.same(boardingWindow(departs, { opensMin: 180, closesMin: 3 }), {
    from: at('2026-05-20T05:00:00Z') / 1000,
    until: at('2026-05-20T07:57:00Z') / 1000,
  })
})
