/**
 * A timetable as a file: one JSON object a line, a station or a train, so that a fault is named by
 * its line. Blank lines are skipped. Times are `HH:MM` of the day on which the train starts; past
 * midnight they go on: `25:10` is 01:10 of the next day.
 */
import { z } from 'zod'
import { explainIssues } from '../../gate/contract/explain.ts'
import { NOT_PLAIN, PLAIN_LINE } from '../../gate/contract/plain-line.ts'
import { TRAIN_NUMBER_BYTES_MAX } from '../../pass/limits.ts'
import { isDay, type Stop, type Train } from '../domain/ticket.ts'
import {
  STATION_TITLE_CHARS_MAX,
  STATIONS_MAX,
  STOPS_MAX,
  TIMETABLE_FAULTS_TOLD,
  TRAINS_MAX,
} from '../limits.ts'
import type { Station, Timetable } from '../store/tickets/timetable.ts'

const HOURS_MAX = 72

const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, 'a name as in gates’ configs')
const daySchema = z.string().refine(isDay, 'a day, YYYY-MM-DD')
const timeSchema = z
  .string()
  .regex(/^\d\d:[0-5]\d$/, 'a time, HH:MM')
  .transform(text => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))
  .refine(minutes => minutes < HOURS_MAX * 60, `before ${HOURS_MAX}:00`)

const stationSchema = z.strictObject({
  station: nameSchema,
  title: z.string().trim().min(1).max(STATION_TITLE_CHARS_MAX).regex(PLAIN_LINE, NOT_PLAIN),
})

const trainSchema = z
  .strictObject({
    train: z
      .string()
      .regex(/^[A-Za-z0-9]+$/, 'letters and digits')
      .max(TRAIN_NUMBER_BYTES_MAX),
    from: daySchema.describe('first day on which it starts'),
    until: daySchema.describe('last day'),
    weekdays: z
      .string()
      .regex(/^(?!.*(.).*\1)[1-7]{1,7}$/, 'digits 1 (Monday) to 7, each once')
      .default('1234567'),
    stops: z
      .array(
        z.strictObject({
          station: nameSchema,
          arrives: timeSchema.optional(),
          departs: timeSchema.optional(),
        }),
      )
      .min(2)
      .max(STOPS_MAX),
  })
  .refine(train => train.from <= train.until, { path: ['until'], message: 'before from' })
  .superRefine(({ stops }, context) => {
    for (const [index, message] of stopFaults(stops)) {
      context.addIssue({ code: 'custom', path: ['stops', index], message })
    }
  })

interface FileStop {
  readonly station: string
  readonly arrives?: number | undefined
  readonly departs?: number | undefined
}

/** A train arrives where it has come from elsewhere, departs where it goes on, and time goes by. */
function stopFaults(stops: readonly FileStop[]): [index: number, message: string][] {
  const faults: [number, string][] = []
  const seen = new Set<string>()
  let last = -1
  for (const [index, { station, arrives, departs }] of stops.entries()) {
    if (seen.has(station)) faults.push([index, 'a station twice'])
    seen.add(station)
    if (index > 0 !== (arrives !== undefined)) faults.push([index, 'arrives: at all but the first'])
    if (index < stops.length - 1 !== (departs !== undefined)) {
      faults.push([index, 'departs: at all but the last'])
    }
    for (const time of [arrives, departs]) {
      if (time === undefined) continue
      if (time < last) faults.push([index, 'earlier than the time before it'])
      last = time
    }
  }
  return faults
}

export type ReadTimetable =
  | { readonly ok: true; readonly timetable: Timetable }
  /** `line 3: stops.1: a station twice`; the first 20. */
  | { readonly ok: false; readonly faults: readonly string[] }

/** Never throws, whatever `text` is; its size is the caller's to bound. */
export function readTimetable(text: string): ReadTimetable {
  const stations = new Map<string, Station>()
  const trains = new Map<string, { train: Train; line: number }>()
  const faults: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (faults.length >= TIMETABLE_FAULTS_TOLD) break
    if (line.trim() === '') continue
    const found = readLine(line, stations, trains, index + 1)
    faults.push(...found.map(fault => `line ${index + 1}: ${fault}`))
  }
  for (const { train, line } of trains.values()) {
    const unknown = train.stops.find(stop => !stations.has(stop.station))
    if (unknown) faults.push(`line ${line}: stops: no line for the station ${unknown.station}`)
  }
  if (stations.size > STATIONS_MAX) faults.push(`more than ${STATIONS_MAX} stations`)
  if (trains.size > TRAINS_MAX) faults.push(`more than ${TRAINS_MAX} trains`)
  if (faults.length > 0) return { ok: false, faults: faults.slice(0, TIMETABLE_FAULTS_TOLD) }
  const timetable = {
    stations: [...stations.values()],
    trains: [...trains.values()].map(({ train }) => train),
  }
  return { ok: true, timetable }
}

function readLine(
  line: string,
  stations: Map<string, Station>,
  trains: Map<string, { train: Train; line: number }>,
  number: number,
): string[] {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return ['not valid JSON']
  }
  if (isStation(value)) {
    const read = stationSchema.safeParse(value)
    if (!read.success) return explainIssues(read.error, value)
    const { station: name, title } = read.data
    if (stations.has(name)) return [`station: ${name} twice`]
    stations.set(name, { name, title })
    return []
  }
  const read = trainSchema.safeParse(value)
  if (!read.success) return explainIssues(read.error, value)
  const train = trainOf(read.data)
  if (trains.has(train.number)) return [`train: ${train.number} twice`]
  trains.set(train.number, { train, line: number })
  return []
}

const isStation = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'station' in value

function trainOf({ train, from, until, weekdays, stops }: z.infer<typeof trainSchema>): Train {
  return {
    number: train,
    validFrom: from,
    validUntil: until,
    weekdays,
    stops: stops.map(
      ({ station, arrives, departs }): Stop => ({
        station,
        arrives: arrives ?? null,
        departs: departs ?? null,
      }),
    ),
  }
}
