/**
 * Rounds of bus faults over three gates in virtual time: messages are lost, late, doubled, out of
 * order and replayed, gates fall silent, and strangers talk. Travellers show the same code at two
 * gates; what neither bus flags or tells is a broken promise.
 */
import { createVirtualTime, type VirtualTime } from '../../../fixtures/clock.ts'
import { seeded } from '../../../hardware/sim/seeded.ts'
import { DEAF_MS, LATE_MS } from '../limits.ts'
import type { Message } from '../message.ts'
import { createWire, ctiOf, grantOf, type Wire, type WireGate } from './wire.ts'

const GATES = ['g1', 'g2', 'g3'] as const
const ROUND_MS = 60_000
const STEP_MS = 500
/** Past `LATE_MS` the alarm follows within this, and past this a grant carries the flag. */
const TOLD_WITHIN_MS = 2 * DEAF_MS

export const BUS_FAULTS = [
  'drop',
  'delay',
  'duplicate',
  'reorder',
  'replay',
  'silence',
  'strangers',
] as const
export type BusFault = (typeof BUS_FAULTS)[number]

interface Grant {
  readonly gate: string
  readonly code: number
  readonly atMs: number
  readonly flagged: boolean
}

export interface BusRounds {
  rounds: number
  grants: number
  /** Codes that two gates admitted, and how many of these pairs a grant's flag shows. */
  twice: number
  flagged: number
  /** Pairs that the alarm shows, a moment after. */
  told: number
  /** Pairs within the time that a message may take. */
  within: number
  refused: number
  faults: Record<BusFault, number>
  broken: string[]
}

/** `seed`: of the first round; the next ones follow it. */
export async function runBusRounds(options: {
  readonly rounds: number
  readonly seed: number
  readonly onRound?: (round: number, what: string) => void
}): Promise<BusRounds> {
  const faults = Object.fromEntries(BUS_FAULTS.map(one => [one, 0])) as Record<BusFault, number>
  const all: BusRounds = {
    ...{ rounds: 0, grants: 0, twice: 0, flagged: 0, told: 0, within: 0, refused: 0 },
    ...{ faults, broken: [] },
  }
  for (let round = 0; round < options.rounds; round++) {
    const seed = (options.seed + round) % 2 ** 31
    const active = await runRound(seed, all)
    for (const fault of active) faults[fault] += 1
    all.rounds += 1
    options.onRound?.(round + 1, active.join(' '))
  }
  return all
}

async function runRound(seed: number, all: BusRounds): Promise<readonly BusFault[]> {
  const random = seeded(seed)
  const time = createVirtualTime()
  const wire = createWire(time, GATES)
  const gates = GATES.map(name => wire.join(name))
  time.advance(5000)
  const active = BUS_FAULTS.filter(() => random() < 0.4)
  const world = { random, time, wire, gates }
  const fromMs = random() * 20_000
  const faulty = { fromMs, untilMs: fromMs + random() * 40_000 }
  const startMs = time.clock.monotonicMs()
  const grants: Grant[] = []
  for (let ms = 0; ms < ROUND_MS; ms += STEP_MS) {
    if (ms <= faulty.fromMs && faulty.fromMs < ms + STEP_MS) breakWire(world, active)
    if (ms <= faulty.untilMs && faulty.untilMs < ms + STEP_MS) mendWire(world)
    const on = ms > faulty.fromMs && ms < faulty.untilMs
    if (on) disturb(world, active)
    show(world, grants, all)
    time.advance(STEP_MS)
  }
  mendWire(world)
  time.advance(TOLD_WITHIN_MS + DEAF_MS)
  judge(`seed ${seed} ${active.join(' ')}`, gates, grants, all)
  const up = gates.every(gate => gate.bus.state() === 'up')
  if (!up && time.clock.monotonicMs() - startMs > ROUND_MS + TOLD_WITHIN_MS) {
    time.advance(60_000)
    if (gates.some(gate => gate.bus.state() === 'down')) all.broken.push(`seed ${seed}: stays down`)
  }
  for (const gate of gates) await gate.bus.close()
  return active
}

interface World {
  readonly random: () => number
  readonly time: VirtualTime
  readonly wire: Wire
  readonly gates: readonly WireGate[]
}

/** Faults that last: which messages are lost, and how long the others take. */
function breakWire({ random, wire, gates }: World, active: readonly BusFault[]): void {
  const share = random()
  const slowMs = random() * 12_000
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

/** Faults of the moment: doubles, replays, strangers. */
function disturb({ random, time, wire, gates }: World, active: readonly BusFault[]): void {
  const to = gates[Math.floor(random() * 3)] as WireGate
  if (active.includes('duplicate')) for (const one of wire.sent.slice(-3)) hearAgain(to, one)
  if (active.includes('replay')) {
    for (let i = 0; i < 3; i++) {
      const old = wire.sent[Math.floor(random() * wire.sent.length)]
      if (old !== undefined) hearAgain(to, old)
    }
  }
  if (!active.includes('strangers')) return
  const at = time.clock.nowMs()
  const head = { station: 'north', gate: 'stranger', epoch: 'f'.repeat(16), seq: 1, at }
  to.hear({ kind: 'hello', ...head, asks: [{ gate: to.name, sinceMs: 0, nonce: 'f'.repeat(16) }] })
  const pardon = { kind: 'pardon', gate: to.name, at } as const
  to.hear({ kind: 'facts', ...head, facts: [pardon] })
}

/** A recorded message is heard where its topic goes, and only once it could have been recorded. */
function hearAgain(to: WireGate, message: Message): void {
  if (message.kind === 'snapshot' ? message.to === to.name : true) to.hear(message)
}

/** A traveller shows a code at some gate, new or shown before. */
function show({ random, time, gates }: World, grants: Grant[], all: BusRounds): void {
  const old = grants[Math.floor(random() * grants.length)]
  const code = old === undefined || random() < 0.3 ? grants.length + 1000 : old.code
  const gate = gates[Math.floor(random() * 3)] as WireGate
  if (gate.memory.presentation(ctiOf(code), 1000 + code) !== undefined) {
    all.refused += 1
    return
  }
  const flagged = gate.bus.state() === 'down'
  const atMs = time.clock.nowMs()
  gate.memory.reserve(grantOf(code), 'A', atMs)
  gate.memory.passed(grantOf(code), atMs)
  grants.push({ gate: gate.name, code, atMs, flagged })
  all.grants += 1
}

function judge(where: string, gates: readonly WireGate[], grants: Grant[], all: BusRounds): void {
  for (const [index, second] of grants.entries()) {
    const before = grants.slice(0, index).filter(one => one.code === second.code)
    for (const first of before) {
      all.twice += 1
      const apartMs = second.atMs - first.atMs
      if (first.flagged || second.flagged) all.flagged += 1
      else if (apartMs <= LATE_MS) all.within += 1
      else if (apartMs <= TOLD_WITHIN_MS && told(gates, first, second)) all.told += 1
      else {
        const pair = `${first.gate} and ${second.gate}, ${apartMs} ms apart`
        all.broken.push(`${where}: code ${second.code} at ${pair}, without a sign`)
      }
    }
  }
}

/** Whether one of both gates raised the alarm within its bound after the second grant. */
function told(gates: readonly WireGate[], first: Grant, second: Grant): boolean {
  const both = gates.filter(gate => gate.name === first.gate || gate.name === second.gate)
  return both.some(gate =>
    gate.downMs.some(atMs => atMs >= first.atMs && atMs <= second.atMs + TOLD_WITHIN_MS),
  )
}
