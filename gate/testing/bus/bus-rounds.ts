/**
 * Rounds of bus faults over three gates in virtual time: messages are lost, late, doubled, out of
 * order and replayed, gates fall silent or start again, and strangers talk. Clocks are up to a second
 * off. Travellers show the same code at several gates; decision, memory and bus are the production's,
 * and `bus-verdict.ts` judges by their journals.
 */

import { createVirtualTime, type VirtualTime } from '../../../fixtures/clock.ts'
import { seeded } from '../../../hardware/sim/seeded.ts'
import type { VerifiedPass } from '../../../pass/verify.ts'
import { SILENT_MS } from '../../bus/limits.ts'
import type { Message } from '../../bus/message.ts'
import { decide } from '../../decide/decide.ts'
import type { DecideContext } from '../../decide/rules.ts'
import { plainModes } from '../../machine/state.ts'
import { createMemory } from '../../memory/memory.ts'
import { grantTo, passOn } from '../memory-rows.ts'
import { type Admission, addTo, type Figures, figures, judge } from './bus-verdict.ts'
import { createWire, ctiOf, type Wire, type WireGate } from './wire.ts'

const GATES = ['g1', 'g2', 'g3'] as const
const JOIN_MS = 3000
const ROUND_MS = 40_000
const STEP_MS = 500
const PASSAGE_MS = 2000
const SKEW_MS = 1000
/** Past what is late, and past what a grant may miss without a flag. */
const SLOW_MAX_MS = 20_000
/** A few hundred codes a round; a gate's real bounds would cost a round most of its time. */
const MEMORY = { codes: 512, papers: 8, visits: 512, siblingUses: 2048, siblingVisits: 2048 }

export const BUS_FAULTS = [
  'drop',
  'delay',
  'duplicate',
  'reorder',
  'replay',
  'silence',
  'strangers',
  'restart',
] as const
export type BusFault = (typeof BUS_FAULTS)[number]

export interface BusRounds extends Figures {
  rounds: number
  /** Rounds whose faults last to the end. */
  unhealed: number
  faults: Record<BusFault, number>
  broken: string[]
}

/** `seed`: of the first round; the next ones follow it. */
export async function runBusRounds(options: {
  readonly rounds: number
  readonly seed: number
  readonly onRound?: (round: number, what: string) => void
  /** Asked after each round: whether to end here. */
  readonly stopped?: () => boolean
}): Promise<BusRounds> {
  const faults = Object.fromEntries(BUS_FAULTS.map(one => [one, 0])) as Record<BusFault, number>
  const all: BusRounds = { rounds: 0, unhealed: 0, faults, broken: [], ...figures() }
  for (let round = 0; round < options.rounds && options.stopped?.() !== true; round++) {
    const seed = (options.seed + round) % 2 ** 31
    const { active, heals, counted, broken } = await runRound(seed)
    addTo(all, counted)
    for (const fault of active) faults[fault] += 1
    all.rounds += 1
    all.unhealed += heals ? 0 : 1
    all.broken.push(...broken.map(what => `seed ${seed} (${active.join(' ')}): ${what}`))
    options.onRound?.(round + 1, active.join(' '))
    // So that a signal is heard.
    await new Promise(resolve => setImmediate(resolve))
  }
  return all
}

interface World {
  readonly random: () => number
  readonly time: VirtualTime
  readonly wire: Wire
  /** As they run now. */
  readonly gates: WireGate[]
  /** All lives of all gates, for their journals. */
  readonly lives: WireGate[]
  readonly skewMs: readonly number[]
  readonly admitted: Admission[]
  refused: number
}

async function runRound(seed: number) {
  const random = seeded(seed)
  const time = createVirtualTime()
  const wire = createWire(time, GATES)
  const active = BUS_FAULTS.filter(() => random() < 0.35)
  const skewMs = GATES.map(() => Math.round((random() * 2 - 1) * SKEW_MS))
  const world: World = {
    random,
    time,
    wire,
    gates: [],
    lives: [],
    skewMs,
    admitted: [],
    refused: 0,
  }
  for (const index of GATES.keys()) join(world, index)
  time.advance(JOIN_MS)
  const heals = active.length === 0 || random() < 0.8
  const fromMs = random() * ROUND_MS * 0.4
  const untilMs = heals ? fromMs + random() * ROUND_MS * 0.6 : Number.POSITIVE_INFINITY
  for (let ms = 0; ms < ROUND_MS; ms += STEP_MS) {
    if (ms <= fromMs && fromMs < ms + STEP_MS) breakWire(world, active)
    if (ms <= untilMs && untilMs < ms + STEP_MS) mendWire(world)
    if (ms > fromMs && ms < untilMs) await disturb(world, active)
    show(world)
    time.advance(STEP_MS)
  }
  if (heals) mendWire(world)
  time.advance(2 * SILENT_MS)
  const quiet = active.length === 0
  const { admitted, refused, lives } = world
  const { counted, broken } = judge({ admitted, refused, lives, heals, quiet })
  const up = world.gates.every(gate => gate.bus.state() === 'up')
  if (heals && !up) broken.push('a minute after the last fault the bus is still down')
  for (const gate of world.gates) await gate.bus.close()
  return { active, heals, counted, broken }
}

function join({ wire, gates, lives, skewMs }: World, index: number, old?: WireGate): WireGate {
  const name = GATES[index] as string
  const memory = createMemory(old === undefined ? EMPTY : journalOf(old), name, MEMORY)
  const gate = wire.join(name, { memory, aheadMs: skewMs[index] ?? 0 })
  gates[index] = gate
  lives.push(gate)
  return gate
}

const EMPTY = { presentations: [], visits: [] }

/** What a start reads from its journal: its own alone, a grant without an end cut off. */
function journalOf({ name, memory }: WireGate) {
  const own = [...memory.facts()].filter(fact => fact.gate === name)
  return {
    presentations: own.flatMap(fact => (fact.kind === 'use' ? [{ ...fact, atMs: fact.at }] : [])),
    visits: own.flatMap(fact => (fact.kind === 'visit' ? [{ ...fact, atMs: fact.at }] : [])),
  }
}

/** Faults that last: which messages are lost, and how long the others take. */
function breakWire({ random, wire, gates }: World, active: readonly BusFault[]): void {
  const share = random()
  const slowMs = random() * SLOW_MAX_MS
  // Everybody, one sender, or one way between two gates.
  const from = random() < 0.4 ? undefined : GATES[Math.floor(random() * 3)]
  const at = random() < 0.4 ? undefined : GATES[Math.floor(random() * 3)]
  const hit = (message: Message, to: string) =>
    (from === undefined || from === message.gate) && (at === undefined || at === to)
  const kind = random() < 0.5 ? undefined : 'facts'
  const silent = random() < 0.5 ? gates[Math.floor(random() * 3)] : undefined
  if (active.includes('silence')) silent?.connect(false)
  wire.lose = (message, to) => {
    if (!hit(message, to)) return false
    if (active.includes('silence') && silent === undefined) return true
    if (!active.includes('drop')) return false
    return (kind === undefined || message.kind === kind) && random() < share
  }
  wire.delay = (message, to) => {
    if (!hit(message, to)) return 0
    const shuffleMs = active.includes('reorder') ? random() * 1500 : 0
    return Math.round(shuffleMs + (active.includes('delay') ? slowMs : 0))
  }
}

function mendWire({ wire, gates }: World): void {
  wire.lose = () => false
  wire.delay = () => 0
  for (const gate of gates) if (!wire.connected(gate.name)) gate.connect(true)
}

/** Faults of the moment: doubles, replays, strangers, a gate that starts again. */
async function disturb(world: World, active: readonly BusFault[]): Promise<void> {
  const { random, time, wire, gates } = world
  const index = Math.floor(random() * 3)
  const to = gates[index] as WireGate
  if (active.includes('duplicate')) for (const one of wire.sent.slice(-3)) hearAgain(to, one)
  if (active.includes('replay')) {
    for (let i = 0; i < 3; i++) {
      const old = wire.sent[Math.floor(random() * wire.sent.length)]
      if (old !== undefined) hearAgain(to, old)
    }
  }
  if (active.includes('strangers')) {
    const head = { station: 'north', gate: 'stranger', epoch: 'f'.repeat(16), seq: 1 }
    const at = time.clock.nowMs()
    const asks = [{ gate: to.name, sinceMs: 0, nonce: 'f'.repeat(16) }]
    to.hear({ kind: 'hello', ...head, at, asks })
    to.hear({ kind: 'facts', ...head, at, facts: [{ kind: 'pardon', gate: to.name, at }] })
  }
  if (!active.includes('restart') || random() > 0.05) return
  const connected = wire.connected(to.name)
  await wire.leave(to)
  const again = join(world, index, to)
  if (!connected) again.connect(false)
}

/** A recorded message is heard where its topic goes. */
function hearAgain(to: WireGate, message: Message): void {
  if (message.kind !== 'snapshot' || message.to === to.name) to.hear(message)
}

/** A traveller shows a code at some gate, new or shown before; who is let in walks soon after. */
function show(world: World): void {
  const { random, time, gates, admitted } = world
  const old = admitted[Math.floor(random() * admitted.length)]
  const code = old === undefined || random() < 0.3 ? admitted.length + 1000 : old.code
  const index = Math.floor(random() * 3)
  const gate = gates[index] as WireGate
  const context = { ...CONTEXT, bus: gate.bus.state(), nowMs: gate.nowMs() }
  const verdict = decide({ ok: true, pass: passOf(code) }, 'scanner', context, gate.memory)
  if (verdict.verdict !== 'admit') {
    world.refused += 1
    return
  }
  const { grant } = verdict
  grantTo(gate.memory, grant, 'A', gate.nowMs())
  time.timers.after(Math.round(random() * PASSAGE_MS), () => {
    // Whoever is cut off by a restart has his end in the journal already.
    const now = gates[index] as WireGate
    if (now === gate) passOn(now.memory, grant, now.nowMs())
  })
  admitted.push({ gate: gate.name, code, atMs: time.clock.nowMs(), flags: grant.flags })
}

const CONTEXT: Omit<DecideContext, 'nowMs'> = {
  ...{ lane: 'A', direction: 'entry', area: 'main', modes: plainModes('entry') },
  ...{ paperListMs: 1_800_000, listAgeMs: 0 },
  ...{ takesPaper: false, staleExit: 'staff', passback: 'off', passbackMs: 0, ticket: 'off' },
  ...{ boarding: undefined, stage: 'FRESH', clockUncertain: false, statusKnown: true },
}

function passOf(code: number): VerifiedPass {
  const pass = { ctiHex: ctiOf(code), passClass: 'phone', inScope: true, presentedAt: 1000 + code }
  return { ...pass, iat: 0, exp: 1, expiredByMs: 0, staleByMs: 0 } as VerifiedPass
}
