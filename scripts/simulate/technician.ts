/**
 * A technician mends a lane whose relay did not follow: it stays out of service until somebody has tested
 * it. By the calls of the console's `mode LANE maintenance`, `test relay LANE` and `mode LANE normal`.
 */
import { createLaneControl } from '../../gate/assembly/control-lanes.ts'
import { TEST_MS } from '../../gate/contract/part-test.ts'
import type { OutReason } from '../../gate/machine/state.ts'
import type { Agenda } from './agenda.ts'
import { type Facts, RELAY_TEST } from './facts.ts'
import type { Fault } from './fault-kind.ts'
import type { System } from './system.ts'

export interface TechnicianParts {
  readonly system: System
  readonly facts: Pick<Facts, 'begins' | 'ends'>
  readonly agenda: Pick<Agenda, 'add'>
  /** From the start of the simulation, milliseconds. */
  readonly sinceMs: () => number
}

export interface Technician {
  /** Somebody has found the lane out of service; how long the way is, a chance of this fault says. */
  call(lane: string, pick: Fault['pick']): void
}

const MINUTE_MS = 60_000
const WAY_MS = { min: 5 * MINUTE_MS, more: 10 * MINUTE_MS } as const
/** From one try to the next, such as without power, or in a fire. */
const AGAIN_MS = 2 * MINUTE_MS
/** Whoever is in the lane goes through first. */
const EMPTY_MS = 10_000
const WHY: OutReason = 'RELAY_STUCK'
const BY = 'technician'

export function createTechnician({ system, facts, agenda, sinceMs }: TechnicianParts): Technician {
  const { time, gates, lanes, places, note } = system
  const { timers } = time
  const consoles = new Map(
    gates.map(({ place, config, lives: { gate } }) => [
      place,
      { gate, control: createLaneControl({ gate, config: () => config, timers }) },
    ]),
  )
  /** Of the gate that has this lane. */
  function consoleOf(lane: string) {
    const found = consoles.get(places.gateOf(lane))
    if (found === undefined) throw new Error(`no gate has lane ${lane}`)
    return found
  }
  const later = (ms: number, run: () => void): void =>
    agenda.add(time.clock.monotonicMs() + ms, run)
  const hangs = (name: string): boolean | undefined =>
    consoleOf(name)
      .gate()
      ?.lanes.find(lane => lane.name === name)
      ?.view()
      .out.includes(WHY)
  /** Lanes that they have put into maintenance. */
  const atWork = new Set<string>()

  function come(name: string): void {
    const isHanging = hangs(name)
    if (isHanging === undefined) later(AGAIN_MS, () => come(name))
    else if (isHanging) maintain(name)
    else leave(name)
  }

  function maintain(name: string): void {
    atWork.add(name)
    consoleOf(name).control.setModes(name, { maintenance: true }, { by: BY, reason: WHY })
    later(EMPTY_MS, () => void test(name))
  }

  function leave(name: string): void {
    if (atWork.delete(name)) consoleOf(name).control.clearModes(name, { by: BY, reason: WHY })
  }

  async function test(name: string): Promise<void> {
    const fault: Fault = { kind: RELAY_TEST, atMs: sinceMs(), forMs: TEST_MS, lane: 0, pick: 0 }
    note(name, { what: 'step', text: RELAY_TEST })
    facts.begins(fault, name, fault.atMs)
    const relay = lanes.find(lane => lane.name === name)?.direction ?? 'entry'
    const answer = await consoleOf(name).control.test(
      name,
      { part: 'relay', relay, ms: TEST_MS },
      BY,
    )
    facts.ends(fault, name, sinceMs())
    if (answer.ok && answer.result === 'followed') leave(name)
    else later(AGAIN_MS, () => come(name))
  }

  return { call: (lane, pick) => later(WAY_MS.min + pick * WAY_MS.more, () => come(lane)) }
}
