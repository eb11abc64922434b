/** A small timetable for tests: two stations a day's trains apart, and one elsewhere. */
import type { Train } from '../domain/ticket.ts'
import { transact } from '../store/engine/transact.ts'
import type { Database } from '../store/schema/schema.ts'
import { replaceTimetable, type Timetable } from '../store/tickets/timetable.ts'

const STATIONS = ['north', 'south', 'east'] as const

/** A train each day from `from` to `to`, leaving at `departs` (`HH:MM`, Shanghai), one hour long. */
export function dailyTrain(number: string, from: string, to: string, departs: string): Train {
  const minutes = Number(departs.slice(0, 2)) * 60 + Number(departs.slice(3))
  return {
    number,
    validFrom: '2020-01-01',
    validUntil: '2099-12-31',
    weekdays: '1234567',
    stops: [
      { station: from, arrives: null, departs: minutes },
      { station: to, arrives: minutes + 60, departs: null },
    ],
  }
}

/** G1 to G6 from north at 12:30, 14:00, 16:00, 18:00, 20:00 and 22:00; E1 from east at 14:00. */
export const TIMETABLE: Timetable = {
  stations: STATIONS.map(name => ({ name, title: name })),
  trains: [
    dailyTrain('G1', 'north', 'south', '12:30'),
    dailyTrain('G2', 'north', 'south', '14:00'),
    dailyTrain('G3', 'north', 'south', '16:00'),
    dailyTrain('G4', 'north', 'south', '18:00'),
    dailyTrain('G5', 'north', 'south', '20:00'),
    dailyTrain('G6', 'north', 'south', '22:00'),
    dailyTrain('E1', 'east', 'south', '14:00'),
  ],
}

export function importTimetable(db: Database, timetable: Timetable = TIMETABLE): Promise<void> {
  return transact(db, tx => replaceTimetable(tx, timetable))
}
