/** Boarding lists, and what they say of a few certificates. */

import { NOW } from '../../fixtures/passes/world.ts'
import type { BoardingView } from '../../gate/decide/boarding.ts'
import { type DecideContext, type MemoryView, RULES } from '../../gate/decide/rules.ts'
import { TICKET_HARD_MS } from '../../gate/limits.ts'
import { plainModes } from '../../gate/machine/state.ts'
import { concatBytes, fromHex, toHex } from '../../pass/bytes.ts'
import { boardsElsewhere, openBoardingList, trainsOf } from '../../pass/documents/boarding.ts'
import type { VerifiedPass } from '../../pass/verify.ts'
import { spoil } from '../fuzz/mutate.ts'
import type { Random } from '../fuzz/random.ts'
import {
  bytesOf,
  type Kind,
  padding,
  type Request,
  rarely,
  refused,
  usually,
  type Verdict,
} from './kind.ts'
import { perhapsSpoilt } from './signed.ts'
import { encodeItem, fields, type Item, type Value } from './tree.ts'

type Train = readonly [number: string, from: number, until: number]

/** Ascending as a list has them. */
const TRAINS: readonly Train[] = [
  ['G1', NOW - 7200, NOW - 3600],
  ['G2', NOW - 600, NOW],
  ['G3', NOW - 600, NOW + 1],
  ['Gé', NOW - 600, NOW + 1],
  ['G4', NOW, NOW + 600],
  ['G5', NOW + 1, NOW + 600],
  ['G6', NOW + 7200, NOW + 9000],
]
const CERTIFICATES = Array.from({ length: 6 }, (_, i) => new Uint8Array(16).fill(16 * i + 1))

/** Records in order, each once; seldom not. */
function records(list: readonly Uint8Array[], random: Random, mayBeWrong: boolean): Uint8Array {
  const texts = [...new Set(list.map(toHex))].sort()
  if (!mayBeWrong) return concatBytes(...texts.map(fromHex))
  if (rarely(random, 25)) texts.reverse()
  if (rarely(random, 25)) texts.push(...texts.slice(-1))
  const whole = concatBytes(...texts.map(fromHex))
  return rarely(random, 25) ? spoil(whole, random, [whole, new Uint8Array(18)]) : whole
}

function ticketsOf(random: Random, trains: number, mayBeWrong: boolean): Uint8Array[] {
  const many = mayBeWrong && rarely(random, 15) ? random.pick([16, 17]) : 0
  const few = Array.from({ length: trains === 0 ? 0 : random.below(6) }, () =>
    concatBytes(random.pick(CERTIFICATES), placeOf(random.below(trains))),
  )
  const crowd = Array.from({ length: many }, (_, i) =>
    concatBytes(CERTIFICATES[0] as Uint8Array, placeOf(i)),
  )
  const past =
    mayBeWrong && rarely(random, 20)
      ? [concatBytes(random.pick(CERTIFICATES), placeOf(trains))]
      : []
  return [...few, ...crowd, ...past]
}

const placeOf = (place: number): Uint8Array => Uint8Array.of(place >> 8, place & 0xff)

/** A list in which one or the other thing may be wrong. */
function makeBytes(random: Random): Uint8Array {
  const bytes = encodeItem(perhapsSpoilt(listItem(random, true), random, 3))
  return rarely(random, 15) ? spoil(bytes, random, [bytes]) : bytes
}

const goodBytes = (random: Random): Uint8Array => encodeItem(listItem(random, false))

const STATIONS = ['south', 'é'.repeat(16), `${'é'.repeat(16)}.`, '']

/** As many records as there may be, or one more. */
function manyHalves(random: Random): Uint8Array {
  const bytes = new Uint8Array(8 * (65_536 + random.below(2)))
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < bytes.length; at += 8) view.setUint32(at, at)
  return bytes
}

function listItem(random: Random, mayBeWrong: boolean): Item {
  const some = TRAINS.filter(() => !rarely(random, 4))
  const extra = Array.from({ length: rarely(random, 5) ? 20 : 0 }, (_, i): Train => {
    return [`Z${10 + i}`, NOW + 8000, NOW + 9000 + i]
  })
  const trains: Train[] = [...some, ...extra]
  if (mayBeWrong && rarely(random, 25)) trains.reverse()
  if (mayBeWrong && rarely(random, 25)) trains.push(['Z', NOW + 9999, NOW + 9999 + random.below(2)])
  if (mayBeWrong && rarely(random, 60)) {
    const more = 4096 + random.below(2) - trains.length
    trains.push(
      ...Array.from({ length: more }, (_, i): Train => ['Z', NOW + 9999, NOW + 10_100 + i]),
    )
  }
  if (mayBeWrong && rarely(random, 25)) trains.push(...trains.slice(-1))
  const halves = CERTIFICATES.filter(() => rarely(random, 4)).map(cti => cti.subarray(0, 8))
  return fields({
    1: mayBeWrong ? usually(random, 15, 'north', STATIONS) : 'north',
    2: trains as readonly (readonly Value[])[],
    3: records(ticketsOf(random, trains.length, mayBeWrong), random, mayBeWrong),
    4: mayBeWrong && rarely(random, 100) ? manyHalves(random) : records(halves, random, mayBeWrong),
  })
}

export const BOARDING: Kind = {
  name: 'boarding',
  make(random) {
    const bytes = toHex(makeBytes(random))
    return { kind: 'boarding', bytes, ...padding(random, 2_097_152), station: 'north' }
  },
  judge(request) {
    const opened = openBoardingList(bytesOf(request), request.station as string)
    if (!opened.ok) return refused(opened.code)
    const { trains, tickets } = opened.list
    const ctis = Array.from({ length: tickets.length / 18 }, (_, i) =>
      toHex(tickets.subarray(18 * i, 18 * i + 16)),
    )
    return { verdict: 'OK', trains: trains.length, certificates: new Set(ctis).size }
  },
}

const TICKET_RULE = RULES.find(rule => rule.name === 'ticket') as (typeof RULES)[number]

interface Ask {
  readonly bytes?: string
  readonly cti: string
  readonly iat: number
  readonly asOf: number
  readonly direction: 'entry' | 'exit'
  readonly policy: 'soft' | 'hard'
  readonly manifestIat: number
  readonly nowMs: number
}

/** The list as a gate's ticket rule sees it. */
function viewOf({ bytes, asOf, manifestIat, nowMs }: Ask): BoardingView | undefined {
  const opened = bytes === undefined ? undefined : openBoardingList(fromHex(bytes), 'north')
  if (opened?.ok !== true) return undefined
  const { list } = opened
  return {
    asOf,
    fresh: nowMs - manifestIat * 1000 < TICKET_HARD_MS,
    trains: cti => trainsOf(list, cti),
    elsewhere: cti => boardsElsewhere(list, cti),
  }
}

function judgeTicket(request: Request): Verdict {
  const ask = request as unknown as Ask
  const { direction, policy: ticket, nowMs } = ask
  const boarding = viewOf(ask)
  const pass = { cti: fromHex(ask.cti), iat: ask.iat } as unknown as VerifiedPass
  const context = { ticket, boarding, direction, modes: plainModes(direction), nowMs }
  const said = TICKET_RULE.ask(pass, context as DecideContext, {} as MemoryView)
  const train = ('boarding' in said ? said.boarding?.train : undefined) ?? null
  if (said.said === 'deny') return { verdict: said.code, train }
  return { verdict: said.said === 'flag' ? `FLAG ${said.flag}` : 'OK', train }
}

export const TICKET: Kind = {
  name: 'ticket',
  make(random) {
    const list = rarely(random, 12) ? {} : { bytes: toHex(goodBytes(random)) }
    return {
      kind: 'ticket',
      ...list,
      cti: toHex(random.pick(CERTIFICATES)),
      iat: NOW + random.pick([-600, -61, -60, -59]),
      asOf: NOW - 60,
      direction: random.pick(['entry', 'entry', 'exit']),
      policy: random.pick(['hard', 'hard', 'hard', 'soft']),
      manifestIat: NOW + random.pick([-60, -60, -899, -900, -901]),
      nowMs: NOW * 1000 + random.pick([0, 0, -1, 1, 999, 1000, -600_000]),
    }
  },
  judge: judgeTicket,
}
