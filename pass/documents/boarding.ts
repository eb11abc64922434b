/**
 * The boarding list of one station: which certificates hold a ticket to board here, for which train
 * and within which window, and which hold one for another station. Deterministic CBOR without a
 * signature of its own: the station manifest, which a status key signs, names it by its hash and
 * says when it held (`asOf`), so the same list goes on holding without being sent again.
 *
 * Tickets are records of one size in one byte string, in ascending order. So a list is as small in
 * memory as on the wire, and a certificate is found in it by halving, without a copy.
 */
import { compareBytes } from '../bytes.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../cbor.ts'
import {
  bytesOf,
  checked,
  listOf,
  malformed,
  mapOf,
  readOrUndefined,
  textOf,
  uint,
} from '../cbor-fields.ts'
import {
  BOARDING_BYTES_MAX,
  BOARDING_ELSEWHERE_MAX,
  BOARDING_TICKETS_MAX,
  BOARDING_TRAINS_MAX,
  CTI_BYTES,
  NAME_BYTES_MAX,
  TICKETS_PER_CERTIFICATE_MAX,
  TIME_SECONDS_MAX,
  TRAIN_NUMBER_BYTES_MAX,
} from '../limits.ts'

/** One run of a train as it is boarded here: `from ≤ now < until`, Unix seconds. */
export interface BoardingTrain {
  /** `G101`: 1 to 16 characters. */
  readonly number: string
  readonly from: number
  readonly until: number
}

/** What a list is made of, in any order. */
export interface BoardingContents {
  readonly station: string
  /** `cti`: 16 bytes. */
  readonly tickets: readonly { readonly cti: Uint8Array; readonly train: BoardingTrain }[]
  /** `cti` of each certificate with a ticket from another station. */
  readonly elsewhere: readonly Uint8Array[]
}

/** A list that was read; its records stay as they came. */
export interface BoardingList {
  readonly station: string
  readonly trains: readonly BoardingTrain[]
  /** Ascending records of 18 bytes: `cti`, then the place of its train in `trains`, big-endian. */
  readonly tickets: Uint8Array
  /** Ascending records of 8 bytes: the first half of each `cti`. */
  readonly elsewhere: Uint8Array
}

/** `OTHER_STATION`: a good list, of a station that was not asked for. */
export type BoardingResult =
  | { readonly ok: true; readonly list: BoardingList }
  | { readonly ok: false; readonly code: 'LENGTH' | 'MALFORMED' | 'OTHER_STATION' }

const TICKET_BYTES = CTI_BYTES + 2
/** Chance picks a wrong one among 65,536 once in 10^14: it then names the other refusal. */
const ELSEWHERE_BYTES = CTI_BYTES / 2

/**
 * The bytes of a list; the same contents give the same bytes. Throws `INVALID_ARGUMENT` for what is
 * out of its limits.
 */
export function encodeBoardingList(contents: BoardingContents): Uint8Array {
  const { station, tickets, elsewhere } = contents
  const trains = distinctTrains(tickets.map(ticket => ticket.train))
  const place = new Map(trains.map((train, index) => [keyOf(train), index]))
  const records = tickets.map(({ cti, train }) => {
    const record = new Uint8Array(TICKET_BYTES)
    record.set(bytesOf(cti, CTI_BYTES, CTI_BYTES, 'cti'))
    const index = place.get(keyOf(train)) as number
    record[CTI_BYTES] = index >> 8
    record[CTI_BYTES + 1] = index & 0xff
    return record
  })
  const map = new Map<number, CborValue>([
    [1, station],
    [2, trains.map(({ number, from, until }) => [number, from, until])],
    [3, packed(records, TICKET_BYTES)],
    [
      4,
      packed(
        elsewhere.map(cti => cti.subarray(0, ELSEWHERE_BYTES)),
        ELSEWHERE_BYTES,
      ),
    ],
  ])
  return checked(encodeCbor(map), readList)
}

/** Reads the bytes that a station manifest names; their hash was compared before. Never throws. */
export function openBoardingList(bytes: Uint8Array, station: string): BoardingResult {
  // rule B1
  if (bytes.length > BOARDING_BYTES_MAX) return { ok: false, code: 'LENGTH' }
  const list = readOrUndefined(bytes, readList)
  // rule B2
  if (list === undefined) return { ok: false, code: 'MALFORMED' }
  // rules B9 B10
  return list.station === station ? { ok: true, list } : { ok: false, code: 'OTHER_STATION' }
}

/** The trains that this certificate may board here, by the begin of boarding; at most 16. */
export function trainsOf(list: BoardingList, cti: Uint8Array): readonly BoardingTrain[] {
  const { tickets, trains } = list
  const found: BoardingTrain[] = []
  let at = lowerBound(tickets, TICKET_BYTES, cti, CTI_BYTES) * TICKET_BYTES
  while (at < tickets.length && compareAt(tickets, at, cti, CTI_BYTES) === 0) {
    found.push(trains[placeAt(tickets, at)] as BoardingTrain)
    at += TICKET_BYTES
  }
  return found
}

/** Whether this certificate has a ticket from another station. */
export function boardsElsewhere({ elsewhere }: BoardingList, cti: Uint8Array): boolean {
  const at = lowerBound(elsewhere, ELSEWHERE_BYTES, cti, ELSEWHERE_BYTES) * ELSEWHERE_BYTES
  return at < elsewhere.length && compareAt(elsewhere, at, cti, ELSEWHERE_BYTES) === 0
}

function readList(payload: Uint8Array): BoardingList {
  const map = mapOf(decodeCbor(payload), 4)
  const station = textOf(map.get(1), 1, NAME_BYTES_MAX, 'station')
  const trains = listOf(map.get(2), BOARDING_TRAINS_MAX, 'trains').map(readTrain)
  for (const [index, train] of trains.entries()) {
    const before = trains[index - 1]
    // rule B4
    if (before !== undefined && compareTrains(before, train) >= 0) throw malformed('train order')
  }
  const tickets = recordsOf(map.get(3), TICKET_BYTES, BOARDING_TICKETS_MAX, 'tickets')
  let same = 0
  for (let at = 0; at < tickets.length; at += TICKET_BYTES) {
    // rule B7
    if (placeAt(tickets, at) >= trains.length) throw malformed('a ticket without its train')
    const before = at - TICKET_BYTES
    same = at > 0 && compareAt(tickets, before, tickets, CTI_BYTES, at) === 0 ? same + 1 : 1
    // rule B8
    if (same > TICKETS_PER_CERTIFICATE_MAX) throw malformed('too many tickets of one certificate')
  }
  const elsewhere = recordsOf(map.get(4), ELSEWHERE_BYTES, BOARDING_ELSEWHERE_MAX, 'elsewhere')
  return { station, trains, tickets, elsewhere }
}

function readTrain(value: CborValue): BoardingTrain {
  const fields = listOf(value, 3, 'train')
  const number = textOf(fields[0], 1, TRAIN_NUMBER_BYTES_MAX, 'train number')
  const from = uint(fields[1], TIME_SECONDS_MAX, 'from')
  const until = uint(fields[2], TIME_SECONDS_MAX, 'until')
  // rule B3
  if (until <= from) throw malformed('window')
  return { number, from, until }
}

/** Records of one size, strictly ascending: none twice. */
function recordsOf(
  value: CborValue | undefined,
  size: number,
  max: number,
  name: string,
): Uint8Array {
  // rule B5
  const records = bytesOf(value, 0, size * max, name)
  // rule B5
  if (records.length % size !== 0) throw malformed(`${name}: a part of a record`)
  for (let at = size; at < records.length; at += size) {
    if (compareAt(records, at - size, records, size, at) >= 0)
      // rule B6
      throw malformed(`${name}: twice or out of order`)
  }
  return records
}

/** The records in order, each once, in one array. */
function packed(records: readonly Uint8Array[], size: number): Uint8Array {
  const sorted = records.toSorted(compareBytes)
  const joined = new Uint8Array(sorted.length * size)
  let length = 0
  let before: Uint8Array | undefined
  for (const record of sorted) {
    if (before !== undefined && compareBytes(before, record) === 0) continue
    joined.set(record, length)
    length += size
    before = record
  }
  return joined.subarray(0, length)
}

function distinctTrains(trains: readonly BoardingTrain[]): BoardingTrain[] {
  const byKey = new Map(trains.map(train => [keyOf(train), train]))
  return [...byKey.values()].sort(compareTrains)
}

const keyOf = ({ number, from, until }: BoardingTrain): string => `${from} ${until} ${number}`

const utf8 = new TextEncoder()

/** By `from`, `until`, then the bytes of the number. */
function compareTrains(a: BoardingTrain, b: BoardingTrain): number {
  if (a.from !== b.from) return a.from - b.from
  if (a.until !== b.until) return a.until - b.until
  return compareBytes(utf8.encode(a.number), utf8.encode(b.number))
}

const placeAt = (tickets: Uint8Array, at: number): number =>
  ((tickets[at + CTI_BYTES] as number) << 8) | (tickets[at + CTI_BYTES + 1] as number)

/** Number of the first record that isn't below `key` in its first `keyBytes`. */
function lowerBound(records: Uint8Array, size: number, key: Uint8Array, keyBytes: number): number {
  let low = 0
  let high = records.length / size
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareAt(records, middle * size, key, keyBytes) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The first `count` bytes at `at` against those of `key`, from `from` on. */
function compareAt(
  records: Uint8Array,
  at: number,
  key: Uint8Array,
  count: number,
  from = 0,
): number {
  for (let i = 0; i < count; i++) {
    const difference = (records[at + i] as number) - (key[from + i] as number)
    if (difference !== 0) return difference
  }
  return 0
}
