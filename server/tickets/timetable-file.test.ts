import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { importTimetable } from '../cli/import-timetable.ts'
import { configSchema } from '../config.ts'
import * as limits from '../limits.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { listStations, trainsBetween } from '../store/tickets/timetable.ts'
import { readTimetable } from './timetable-file.ts'

const NORTH = { station: 'north', title: '北站' }
const SOUTH = { station: 'south', title: 'South' }
const D7 = {
  train: 'D7',
  from: '2026-05-01',
  until: '2026-05-31',
  weekdays: '135',
  stops: [
    { station: 'north', departs: '22:00' },
    { station: 'south', arrives: '25:10' },
  ],
}
const fileOf = (...lines: unknown[]) =>
  lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')

function faultsOf(...lines: unknown[]): readonly string[] {
  const read = readTimetable(fileOf(...lines))
  return read.ok ? [] : read.faults
}

t.test('stations and trains, in any order, with blank lines', async t => {
  const { weekdays: _, ...daily } = D7
  const read = readTimetable(fileOf(D7, '', NORTH, ' ', SOUTH, { ...daily, train: 'G1' }))
  const stops = [
    { station: 'north', arrives: null, departs: 1320 },
    { station: 'south', arrives: 1510, departs: null },
  ]
  const days = { validFrom: '2026-05-01', validUntil: '2026-05-31' }
  t.same(read, {
    ok: true,
    timetable: {
      stations: [
        { name: 'north', title: '北站' },
        { name: 'south', title: 'South' },
      ],
      trains: [
        { number: 'D7', ...days, weekdays: '135', stops },
        { number: 'G1', ...days, weekdays: '1234567', stops },
      ],
    },
  })
  t.same(readTimetable(''), { ok: true, timetable: { stations: [], trains: [] } })
})

t.test('the example of timetable.md is one', async t => {
  const page = readFileSync(new URL('../timetable.md', import.meta.url), 'utf8')
  const example = /```\n(\{"station"[^`]*)```/.exec(page)?.[1] ?? ''
  const read = readTimetable(example)
  t.match(read, { ok: true, timetable: { stations: [{}, {}], trains: [{ number: 'D7' }] } })
})

t.test('each fault by its line and field', async t => {
  const [first, last] = D7.stops
  const rows: [string, unknown, string][] = [
    ['no JSON', '{', 'line 3: not valid JSON'],
    ['no object', '5', 'line 3: (whole): expected an object, found a number'],
    ['an unknown key', { ...D7, speed: 9 }, 'line 3: speed: unknown key'],
    ['a station without a title', { station: 'mid' }, 'line 3: title:'],
    ['a station’s name', { station: '北', title: 'x' }, 'line 3: station: a name'],
    ['a station twice', NORTH, 'line 3: station: north twice'],
    ['no such day', { ...D7, until: '2026-02-30' }, 'line 3: until: a day'],
    ['until before from', { ...D7, until: '2026-04-30' }, 'line 3: until: before from'],
    ['weekdays', { ...D7, weekdays: '18' }, 'line 3: weekdays: digits'],
    ['a weekday twice', { ...D7, weekdays: '121' }, 'line 3: weekdays: digits'],
    ['one stop', { ...D7, stops: [first] }, 'line 3: stops: too small'],
    [
      'a time',
      { ...D7, stops: [{ station: 'north', departs: '9:00' }, last] },
      'line 3: stops.0.departs: a time',
    ],
    [
      'far too late',
      { ...D7, stops: [first, { station: 'south', arrives: '72:00' }] },
      'line 3: stops.1.arrives: before 72:00',
    ],
    [
      'backwards',
      { ...D7, stops: [first, { station: 'south', arrives: '21:59' }] },
      'line 3: stops.1: earlier',
    ],
    [
      'a loop',
      { ...D7, stops: [first, { station: 'north', arrives: '23:00' }] },
      'line 3: stops.1: a station twice',
    ],
    ['no departure', { ...D7, stops: [{ station: 'north' }, last] }, 'line 3: stops.0: departs'],
    ['no arrival', { ...D7, stops: [first, { station: 'south' }] }, 'line 3: stops.1: arrives'],
    [
      'goes on after the end',
      { ...D7, stops: [first, { ...last, departs: '25:11' }] },
      'line 3: stops.1: departs',
    ],
    [
      'an unknown station',
      { ...D7, stops: [first, { station: 'east', arrives: '23:00' }] },
      'line 3: stops: no line for the station east',
    ],
  ]
  for (const [what, line, expected] of rows) {
    const faults = faultsOf(NORTH, SOUTH, line)
    const [fault = 'none'] = faults
    t.ok(fault.startsWith(expected), `${what}: ${fault}`)
    t.ok(
      faults.every(one => one.startsWith('line 3: ')),
      what,
    )
  }
  t.same(faultsOf(NORTH, SOUTH, D7, D7), ['line 4: train: D7 twice'])
})

t.test('every limit, at it and one over', async t => {
  const stations = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ station: `s${i}`, title: 'x' }))
  const trains = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...D7, train: `G${i}` }))
  const long = (count: number) => ({
    ...D7,
    stops: stations(count).map(({ station }, i) => ({
      station,
      ...(i > 0 && { arrives: '10:00' }),
      ...(i < count - 1 && { departs: '10:00' }),
    })),
  })
  t.same(faultsOf(...stations(limits.STATIONS_MAX)), [])
  t.same(faultsOf(...stations(limits.STATIONS_MAX + 1)), ['more than 5000 stations'])
  t.same(faultsOf(NORTH, SOUTH, ...trains(limits.TRAINS_MAX)), [])
  t.same(faultsOf(NORTH, SOUTH, ...trains(limits.TRAINS_MAX + 1)), ['more than 20000 trains'])
  const served = stations(limits.STOPS_MAX + 1)
  t.same(faultsOf(...served, long(limits.STOPS_MAX)), [])
  t.match(faultsOf(...served, long(limits.STOPS_MAX + 1)), [/stops: too large, at most 100/])
  const title = (count: number) => ({ station: 'a', title: 't'.repeat(count) })
  t.same(faultsOf(title(limits.STATION_TITLE_CHARS_MAX)), [])
  t.equal(faultsOf(title(limits.STATION_TITLE_CHARS_MAX + 1)).length, 1)
  t.equal(faultsOf(...Array(50).fill('x')).length, limits.TIMETABLE_FAULTS_TOLD)
})

t.test('imported whole or not at all, in place of the one before', async t => {
  const dir = tempDir()
  const place = join(dir, 'service.db')
  const config = configSchema.parse({
    database: { file: place },
    trust: { documents: 'x', keys: 'x' },
  })
  const loaded = { config, secret: new Uint8Array(32) }
  const file = join(dir, 'timetable.jsonl')
  const run = async (text: string | Buffer) => {
    writeFileSync(file, text)
    await importTimetable(loaded, file)
  }
  await run(`\ufeff${fileOf(NORTH, SOUTH, D7)}`)
  const wide = Buffer.from(fileOf(NORTH, SOUTH), 'utf16le')
  await t.rejects(run(wide), { code: 'CONFIG', message: /it is UTF-16: save it as UTF-8/ })
  await t.rejects(run(fileOf(NORTH, D7)), { code: 'CONFIG', message: /line 2: stops: no line/ })
  await t.rejects(run(' '.repeat(limits.TIMETABLE_BYTES_MAX + 1)), { message: /too large/ })
  await t.rejects(importTimetable(loaded, join(dir, 'none')), { code: 'CONFIG' })
  const db = await openDatabase(place)
  t.match(await trainsBetween(db, 'north', 'south'), [{ number: 'D7', weekdays: '135' }])
  t.same(await trainsBetween(db, 'south', 'north'), [])
  await db.destroy()
  await run(fileOf(NORTH, SOUTH, { ...D7, train: 'G1' }, { ...D7, train: 'G2' }))
  const again = await openDatabase(place)
  const numbers = (await trainsBetween(again, 'north', 'south')).map(train => train.number)
  t.same(numbers.sort(), ['G1', 'G2'])
  t.same(await listStations(again), [
    { name: 'north', title: '北站' },
    { name: 'south', title: 'South' },
  ])
  const audit = await again.selectFrom('audit').select('detail').execute()
  t.same(
    audit.map(row => JSON.parse(row.detail)),
    [
      { stations: 2, trains: 1 },
      { stations: 2, trains: 2 },
    ],
  )
  await again.destroy()
})
