/**
 * What somebody says on the bus who is no honest sibling: without a key of the station, with what they
 * have recorded, or with the key of one gate (gate/bus/rules.md, Limits).
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { NAMES } from '../../fixtures/one-process.ts'
import type { Message } from '../../gate/bus/message.ts'
import type { Fact, Use } from '../../gate/memory/facts.ts'
import { drawn } from './places.ts'
import type { System } from './system.ts'

type Lie = (system: System, gate: string, pick: number) => void

/** More than one gate may say at once, by far. */
const FLOOD = 300
const REPEATED = 40
const SLANDERED = 5
/** Seconds whose codes are called used before anybody shows them. */
const AHEAD_S = 20
const CODE = { lane: 'in1', direction: 'entry', outcome: 'passed', grants: 1 } as const

/** By a key that the station does not know. */
const forged: Lie = (system, gate, pick) =>
  say(system, gate, pick, generateKeyPairSync('ed25519').privateKey, slanderOf(system, gate, pick))

/** Recorded messages of all gates, once more. */
const repeated: Lie = ({ bus }) => {
  for (const sent of bus?.recorded.slice(-REPEATED) ?? []) bus?.repeat(sent)
}

/** Greetings without end. */
const flooded: Lie = (system, gate, pick) => {
  const key = keyOf(system, gate)
  for (let n = 0; n < FLOOD; n += 1) {
    system.bus?.inject({ kind: 'hello', ...headOf(system, gate, pick), asks: [] }, key)
  }
}

/** Codes and visits that never were, and that what siblings let in has come to nothing. */
const lied: Lie = (system, gate, pick) => {
  const facts = slanderOf(system, gate, pick)
  for (const fact of facts) if (fact.kind !== 'pardon') system.slandered.add(fact.cti)
  say(system, gate, pick, keyOf(system, gate), [...facts, ...undone(system, gate)])
}

export const LIES: Readonly<Record<string, Lie>> = { forged, repeated, flooded, lied }

function keyOf({ service }: System, gate: string): KeyObject {
  const found = service.identities.find(one => one.identity?.enrolment?.gate === gate)
  const key = found?.identity?.privateKey
  if (key === undefined) throw new Error(`no key of gate ${gate}`)
  return key
}

/** An epoch that the gate itself has never had. */
const headOf = ({ time }: System, gate: string, pick: number) => ({
  ...{ station: NAMES.station, gate, seq: 1, at: time.clock.nowMs() },
  epoch: Math.floor(pick * 2 ** 48)
    .toString(16)
    .padStart(16, 'f'),
})

function say(
  system: System,
  gate: string,
  pick: number,
  key: KeyObject,
  facts: readonly Fact[],
): void {
  if (facts.length === 0) return
  const message: Message = { kind: 'facts', ...headOf(system, gate, pick), facts: [...facts] }
  system.bus?.inject(message, key)
}

function slanderOf({ held, time }: System, gate: string, pick: number): Fact[] {
  const at = time.clock.nowMs()
  const holders = [...held.values()]
  if (holders.length === 0) return []
  const from = holders.indexOf(drawn(holders, pick))
  return holders.slice(from, from + SLANDERED).flatMap(cti => [
    { kind: 'visit', gate, area: 'main', cti, inside: true, at } as const,
    ...Array.from({ length: AHEAD_S }, (_, s): Use => {
      const presentedAt = Math.floor(at / 1000) + s
      return { kind: 'use', ...CODE, gate, cti, presentedAt, at }
    }),
  ])
}

/** Uses that siblings have told last, as if they had been annulled: in its own name, and in theirs. */
function undone({ bus, time }: System, gate: string): Use[] {
  const at = time.clock.nowMs()
  return (bus?.recorded ?? [])
    .flatMap(({ message }) => (message.kind === 'facts' ? message.facts : []))
    .filter((fact): fact is Use => fact.kind === 'use' && fact.gate !== gate)
    .slice(-SLANDERED)
    .flatMap(use => {
      const { area: _, ...ended } = { ...use, outcome: 'annulled', at } as const
      return [{ ...ended, gate }, ended]
    })
}
