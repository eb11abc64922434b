/** Uses and visits as entries of a ledger, and back. Pure but for the names it numbers. */

import type { Whereabouts } from '../contract/visits.ts'
import type { Use, Visit } from './facts.ts'
import type { LedgerEntry } from './ledger.ts'

/** Numbers for names, which are few and come again; from 1, 0 for none. */
export interface Names {
  /** Undefined when there are too many. */
  numberOf(name: string): number | undefined
  /** Undefined for a name that was never numbered. */
  known(name: string): number | undefined
  nameOf(number: number): string
}

/** `max`: up to 65,535. */
export function createNames(max: number): Names {
  const numbers = new Map<string, number>()
  const names = ['']
  return {
    numberOf(name) {
      const known = numbers.get(name)
      if (known !== undefined || numbers.size >= max) return known
      numbers.set(name, names.length)
      names.push(name)
      return names.length - 1
    },
    known: name => numbers.get(name),
    nameOf: number => names[number] ?? '',
  }
}

const OUTCOMES = ['reserved', 'interrupted', 'annulled', 'passed'] as const
const EXIT_BIT = 4

type Used = Pick<Use, 'direction' | 'outcome'>

export function useBits({ direction, outcome }: Used): number {
  return OUTCOMES.indexOf(outcome) | (direction === 'exit' ? EXIT_BIT : 0)
}

/** The same of the columns `direction` and `outcome`, as SQL. Most have passed, which is asked first. */
export const USE_BITS = `CASE outcome
  ${OUTCOMES.map((outcome, bits) => `WHEN '${outcome}' THEN ${bits}`)
    .reverse()
    .join(' ')}
  ELSE ${OUTCOMES.indexOf('passed')} END + ${EXIT_BIT} * (direction = 'exit')`

export function usedBy(bits: number): Used {
  return {
    direction: (bits & EXIT_BIT) === 0 ? 'entry' : 'exit',
    outcome: OUTCOMES[bits & 3] ?? 'passed',
  }
}

/** Of a use whose grant ended with the process. */
export function interrupted(bits: number): number {
  const { outcome, direction } = usedBy(bits)
  return outcome === 'reserved' ? useBits({ direction, outcome: 'interrupted' }) : bits
}
/** Stands in no name of a gate or a lane. */
const BETWEEN = '/'

export const useLaneName = ({ gate, lane }: Pick<Use, 'gate' | 'lane'>): string =>
  `${gate}${BETWEEN}${lane}`

/** Undefined when a name has no number any more. */
export function packUse(use: Use, names: Names): LedgerEntry | undefined {
  const lane = names.numberOf(useLaneName(use))
  const place = use.area === undefined ? 0 : names.numberOf(use.area)
  if (lane === undefined || place === undefined) return undefined
  const { cti, presentedAt: number, at, grants } = use
  return { cti, number, at, bits: useBits(use), lane, place, grants }
}

export function unpackUse(entry: LedgerEntry, names: Names): Use {
  const { cti, number, at, bits, grants } = entry
  const [gate = '', lane = ''] = names.nameOf(entry.lane).split(BETWEEN)
  return {
    ...{ kind: 'use', gate, lane, cti, presentedAt: number },
    ...(entry.place === 0 ? {} : { area: names.nameOf(entry.place) }),
    ...usedBy(bits),
    ...{ at, grants },
  }
}

/** The number of a visit's entry is its area's. */
export function packVisit(visit: Visit, names: Names): LedgerEntry | undefined {
  const lane = names.numberOf(visit.gate)
  const number = names.numberOf(visit.area)
  if (lane === undefined || number === undefined) return undefined
  const { cti, at } = visit
  return { cti, number, at, bits: visitBits(visit), lane, place: 0, grants: 0 }
}

export function unpackVisit({ cti, number, at, bits, lane }: LedgerEntry, names: Names): Visit {
  const [gate, area] = [names.nameOf(lane), names.nameOf(number)]
  return { kind: 'visit', gate, area, cti, ...whereIn(bits), at }
}

/** Also the journal's column `inside`: 0 outside, 1 inside, 2 inside unless it left unseen. */
export function visitBits({ inside, unsure }: Whereabouts): number {
  return inside ? (unsure === true ? 2 : 1) : 0
}

export function whereIn(bits: number): Whereabouts {
  return { inside: bits !== 0, ...(bits === 2 ? { unsure: true } : {}) }
}
