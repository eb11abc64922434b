/**
 * The demo set: people, trains and gates as a pure function of a seed and a day. The same seed and
 * day give the same set. Nobody is named: the portraits are test photos, see fixtures/faces.
 */
import { checkCharacter } from '../../server/domain/document.ts'
import type { Train } from '../../server/domain/ticket.ts'
import type { Identity } from '../../server/store/people/people.ts'
import type { Timetable } from '../../server/store/tickets/timetable.ts'
import { randomOf } from '../fuzz/random.ts'

export interface DemoPerson extends Identity {
  /** Files in fixtures/faces: the photo on file, and one to show to a camera. */
  readonly photo: string
  readonly live: string
}

export interface DemoGate {
  readonly gate: string
  readonly station: string
}

export interface DemoSet {
  readonly people: readonly DemoPerson[]
  readonly timetable: Timetable
  readonly gates: readonly DemoGate[]
}

/** The biggest seed: 32 bits. */
export const SEED_MAX = 2 ** 32 - 1

const PORTRAITS = ['d01', 'd02', 'd03', 'd05', 'd06', 'd08'] as const
/** Names on documents have no digits. */
const NUMERALS = ['ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX'] as const
/** No such region was ever given out, so the numbers are nobody's; they check out all the same. */
const REGION = '890000'

/** Trains each way a day, from the first on, every so many minutes. */
const TRAINS = 8
const FIRST_MIN = 6 * 60
const EVERY_MIN = 120
const RIDE_MIN = 75

export const STATIONS = [
  { name: 'north', title: 'Northgate' },
  { name: 'south', title: 'Southgate' },
] as const

/** `seed`: 0 to `SEED_MAX`. Trains go from `first` to `last`, days of Shanghai, `YYYY-MM-DD`. */
export function demoSet(seed: number, first: string, last: string): DemoSet {
  const random = randomOf(seed, 1)
  const people = PORTRAITS.map((portrait, i) => ({
    name: `TRAVELLER ${NUMERALS[i]}`,
    documentType: 'resident-id' as const,
    documentNumber: madeUpNumber(random, i),
    photo: `${portrait}-id.jpg`,
    live: `${portrait}-live.jpg`,
  }))
  const late = random.below(60)
  const [north, south] = STATIONS
  const days = { validFrom: first, validUntil: last, weekdays: '1234567' }
  const trains = Array.from({ length: TRAINS }, (_, i) => {
    const departs = FIRST_MIN + i * EVERY_MIN + late
    return [
      { number: `D${2 * i + 1}`, ...days, stops: ride(north.name, south.name, departs) },
      { number: `D${2 * i + 2}`, ...days, stops: ride(south.name, north.name, departs) },
    ]
  })
  return {
    people,
    timetable: { stations: STATIONS, trains: trains.flat() },
    gates: STATIONS.map(({ name }) => ({ gate: `${name}-1`, station: name })),
  }
}

/** A resident number of nobody. Born from 1950 to 1999; `i`, 0 to 9, keeps two of one day apart. */
export function madeUpNumber(random: ReturnType<typeof randomOf>, i: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const born = `${1950 + random.below(50)}${two(1 + random.below(12))}${two(1 + random.below(28))}`
  const first17 = `${REGION}${born}${String(random.below(100) * 10 + i).padStart(3, '0')}`
  return first17 + checkCharacter(first17)
}

const ride = (from: string, to: string, departs: number): Train['stops'] => [
  { station: from, arrives: null, departs },
  { station: to, arrives: departs + RIDE_MIN, departs: null },
]
