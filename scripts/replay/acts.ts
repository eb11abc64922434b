/** What each step of a scenario does to the stage. */
import { settle } from '../../fixtures/clock.ts'
import type { HeldPass } from '../../fixtures/stage/passes.ts'
import type { Stage } from '../../fixtures/stage/stage.ts'
import type { StageLane } from '../../fixtures/stage/stage-lane.ts'
import type { LaneModes } from '../../gate/contract/events.ts'
import { walk } from '../../hardware/sim/passenger.ts'
import { msOf } from './durations.ts'
import type { Step } from './scenario.ts'

/** Turns of the event loop that a code's verification takes, at most. */
export const TURNS = 8

/** Of a code that was cut: most of a pass. */
const UNREAD_BYTES = 300

/** Names in the steps are known to be there: see read-scenario.ts. */
export function createActs(stage: Stage, passes: ReadonlyMap<string, HeldPass>) {
  const [only] = stage.lanes.keys()

  function laneOf(name = only): StageLane & { readonly name: string } {
    const lane = stage.lanes.get(name ?? '')
    if (lane === undefined || name === undefined) throw new Error(`no lane ${name}`)
    return { ...lane, name }
  }

  function readerOf(lane: StageLane, name: string | undefined) {
    const [first] = lane.readers.values()
    const reader = name === undefined ? first : lane.readers.get(name)
    if (reader === undefined) throw new Error(`no reader ${name}`)
    return reader
  }

  async function textOf(scan: NonNullable<Step['scan']>): Promise<string> {
    const pass = passes.get(scan.by ?? '')
    if (pass === undefined) return scan.text ?? ''
    if (scan.bare) return pass.bare()
    return pass.present(stage.time.clock.nowMs() + msOf(scan.presented))
  }

  async function scan(what: NonNullable<Step['scan']>): Promise<void> {
    const lane = laneOf(what.lane)
    const text = await textOf(what)
    const who = what.by ?? JSON.stringify(text.slice(0, 24))
    const shown = what.presented === '0s' ? '' : `, made ${what.presented}`
    stage.note(lane.name, { what: 'step', text: `scan ${who}${what.bare ? ' bare' : ''}${shown}` })
    readerOf(lane, what.reader).read(text)
  }

  function dropCodes(what: NonNullable<Step['unread']>): void {
    const lane = laneOf(what.lane)
    stage.note(lane.name, { what: 'step', text: `${what.times} codes unread: ${what.fault}` })
    const reader = readerOf(lane, what.reader)
    for (let i = 0; i < what.times; i++) reader.drop(what.fault, UNREAD_BYTES)
  }

  function walks({ lane, as, direction }: NonNullable<Step['walk']>): void {
    const { name, turnstile } = laneOf(lane)
    stage.note(name, { what: 'step', text: `${as} walks, ${direction}` })
    // Resolves as time goes on: a scenario does not wait for its people.
    void walk(turnstile, as, direction).then(({ through }) => {
      for (const one of through) stage.note(name, { what: 'person', name: as, through: one })
    })
  }

  function press({ lane, contact, for: time }: NonNullable<Step['press']>): void {
    const { name, turnstile } = laneOf(lane)
    stage.note(name, { what: 'step', text: `press ${contact} for ${time}` })
    turnstile.setContact(contact, true)
    stage.time.timers.after(msOf(time), () => turnstile.setContact(contact, null))
  }

  function setContact({ lane, contact, is }: NonNullable<Step['contact']>): void {
    const { name, turnstile } = laneOf(lane)
    stage.note(name, { what: 'step', text: `${contact} ${is}` })
    turnstile.setContact(contact, is === 'wired' ? null : is === 'active')
  }

  async function revoke(people: readonly string[]): Promise<void> {
    stage.note('', { what: 'step', text: `the service revokes ${people.join(', ')}` })
    await stage.service.revoke(people.flatMap(name => passes.get(name)?.index ?? []))
  }

  function setModes({ lane, set, reason }: NonNullable<Step['modes']>): void {
    const { name } = laneOf(lane)
    stage.note(name, { what: 'step', text: `modes ${JSON.stringify(set)}` })
    const gate = stage.gate()?.lanes.find(one => one.name === name)
    gate?.setModes(set as Partial<LaneModes>, { by: 'scenario', reason })
  }

  async function onGate(step: Step): Promise<void> {
    const told = (text: string) => stage.note('', { what: 'step', text })
    if (step.service !== undefined) {
      told(`the service is ${step.service}`)
      await stage.service.setReachable(step.service === 'up')
    }
    if (step.clock !== undefined) {
      told(`the clock shows ${step.clock} more`)
      stage.setClockOff(msOf(step.clock))
    }
    if (step.disk !== undefined) {
      told(`disk ${step.disk}`)
      stage.setDisk(step.disk)
    }
    if (step.trustFile !== undefined) {
      told(`trust.db ${step.trustFile}`)
      if (step.trustFile === 'kept') stage.keptTrust.keep()
      else stage.keptTrust.putBack()
    }
    if (step.power !== undefined) {
      told(`power ${step.power}`)
      if (step.power === 'cut') stage.cutPower()
      else await stage.start()
    }
    if (step.lie !== undefined) {
      told(`the service lies: ${step.lie}`)
      await stage.service.lie(step.lie)
    }
    if (step.revoke !== undefined) await revoke(step.revoke)
  }

  function onDevice({ board, reader }: Step): void {
    if (board !== undefined) laneOf(board.lane).board.become(board.is)
    if (reader !== undefined) readerOf(laneOf(reader.lane), reader.reader).become(reader.is)
  }

  /** Resolves when what it began has had its turns; time stands still meanwhile. */
  return async (step: Step): Promise<void> => {
    if (step.scan !== undefined) await scan(step.scan)
    if (step.walk !== undefined) walks(step.walk)
    if (step.unread !== undefined) dropCodes(step.unread)
    if (step.press !== undefined) press(step.press)
    if (step.contact !== undefined) setContact(step.contact)
    if (step.modes !== undefined) setModes(step.modes)
    onDevice(step)
    await onGate(step)
    await settle(TURNS)
  }
}
