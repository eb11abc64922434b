/** What goes wrong in a simulation: each kind, with how it begins and ends. */
import { settle } from '../../fixtures/clock.ts'
import type { DiskState } from '../../fixtures/stage/troubled-disk.ts'
import type { LaneModes } from '../../gate/contract/events.ts'
import { plainModes } from '../../gate/machine/state.ts'
import type { Contact } from '../../hardware/ports.ts'
import { seeded } from '../../hardware/sim/seeded.ts'
import { BUS_KINDS } from './bus-kinds.ts'
import { type Fault, gateOf, gateOfLane, type Kind, laneOf, nothing } from './fault-kind.ts'
import { NETWORK_FAULTS, type NetworkFault } from './network.ts'
import { drawn, type Places } from './places.ts'

const network = (fault: NetworkFault, s: Kind['s']): Kind => ({
  s,
  begin(system, of) {
    const { network: net } = gateOf(system, of)
    net.begin(fault)
    return () => net.end(fault)
  },
})

/** The latest trouble is the disk's; it works again when the first of them ends. */
const disk = (state: DiskState, s: Kind['s']): Kind => ({
  s,
  begin(system, fault) {
    const { disk: of } = gateOf(system, fault)
    of.become(state)
    return () => of.become('works')
  },
})

const contact = (name: Contact, s: Kind['s']): Kind => ({
  s,
  onLane: true,
  begin(system, fault) {
    const { board } = laneOf(system, fault)
    board.setContact(name, true)
    return () => board.setContact(name, false)
  },
})

const modes = (change: Partial<LaneModes>, s: Kind['s']): Kind => ({
  s,
  onLane: true,
  begin(system, fault) {
    const { name, direction } = laneOf(system, fault)
    const { lives } = gateOfLane(system, fault)
    const set = (to: Partial<LaneModes>) =>
      lives
        .gate()
        ?.lanes.find(lane => lane.name === name)
        ?.setModes(to, { by: 'simulation', reason: 'a fault' })
    set(change)
    return () => set(plainModes(direction))
  },
})

const clock = (offMs: number): Kind => ({
  s: [60, 600],
  begin(system, fault) {
    const { lives } = gateOf(system, fault)
    lives.setClockOff(offMs)
    return () => lives.setClockOff(0)
  },
})

/** Turns of the event loop that a start takes which waits for nothing, at most. */
const START_TURNS = 20

const power: Kind = {
  s: [5, 120],
  begin(system, fault) {
    const { lives } = gateOf(system, fault)
    // Two cuts at once are one.
    if (lives.gate() === undefined) return nothing
    lives.cutPower()
    // One whose disk hangs goes on starting when time does.
    return () => Promise.race([lives.start(), settle(START_TURNS)])
  },
}

const RESET_AFTER_MS = 5000
const RESET_AGAIN_MS = 20_000

/** After a fire staff reset it when its loop is closed again, until the barrier shuts. */
const fire: Kind = {
  s: [20, 90],
  onLane: true,
  begin(system, fault) {
    const { board, isOpen } = laneOf(system, fault)
    const { after } = system.time.timers
    const reset = (): void => {
      if (board.contacts.isActive('fire') || !(isOpen('entry') && isOpen('exit'))) return
      board.setContact('release', true)
      after(500, () => board.setContact('release', false))
      after(RESET_AGAIN_MS, reset)
    }
    board.setContact('fire', true)
    return () => {
      board.setContact('fire', false)
      after(RESET_AFTER_MS, reset)
    }
  },
}

const boardLost: Kind = {
  s: [2, 60],
  onLane: true,
  begin(system, fault) {
    const { board } = laneOf(system, fault)
    const { lives } = gateOfLane(system, fault)
    board.become('lost')
    return () => {
      if (lives.gate() !== undefined) board.become('ready')
    }
  },
}

const readerLost: Kind = {
  s: [2, 60],
  onLane: true,
  begin(system, fault) {
    const [reader] = laneOf(system, fault).readers.values()
    const { lives } = gateOfLane(system, fault)
    reader?.become('lost')
    return () => {
      if (lives.gate() !== undefined) reader?.become('ready')
    }
  },
}

const feedbackStuck: Kind = {
  s: [10, 60],
  onLane: true,
  isMended: true,
  begin(system, fault) {
    const lane = laneOf(system, fault)
    lane.stickFeedback(true)
    return () => lane.stickFeedback(false)
  },
}

/** A contact that opens and closes twenty times a second. */
const babbling: Kind = {
  s: [2, 10],
  onLane: true,
  begin(system, fault) {
    const { board } = laneOf(system, fault)
    let on = false
    let over = false
    const again = (): void => {
      on = !on && !over
      board.setContact('stop', on)
      if (!over || on) system.time.timers.after(50, again)
    }
    again()
    return () => {
      over = true
    }
  },
}

const noise: Kind = {
  s: [1, 2],
  onLane: true,
  begin(system, fault) {
    const lane = laneOf(system, fault)
    const random = seeded(Math.floor(fault.pick * 2 ** 31))
    for (let n = 0; n < 20; n += 1) {
      lane.read(String.fromCharCode(...Array.from({ length: 40 }, () => 33 + random() * 90)))
    }
    return nothing
  },
}

const cutCodes: Kind = {
  s: [1, 2],
  onLane: true,
  begin(system, fault) {
    const [reader] = laneOf(system, fault).readers.values()
    for (let n = 0; n < 5; n += 1) reader?.drop('CUT', 100)
    return nothing
  },
}

const release: Kind = {
  s: [1, 1],
  onLane: true,
  begin(system, fault) {
    const { board } = laneOf(system, fault)
    board.setContact('release', true)
    return () => board.setContact('release', false)
  },
}

/** Somebody pushes through a barrier that is shut. */
const forced: Kind = {
  s: [1, 1],
  onLane: true,
  begin(system, fault) {
    const lane = laneOf(system, fault)
    const contact = lane.direction === 'entry' ? 'passA' : 'passB'
    lane.board.setContact(contact, true)
    return () => lane.board.setContact(contact, false)
  },
}

/** More than a month's quota gives. */
const APPLICATIONS = 5

/** Somebody of those who come today applies again and again, and cancels what they get. */
const quotaRun: Kind = {
  s: [1, 1],
  onStation: true,
  async begin({ applications, comers, replaced }, { pick }) {
    const { from, count } = comers()
    const person = from + Math.floor(pick * count)
    for (let n = 0; n < APPLICATIONS; n += 1) {
      const { certificate } = await applications.apply(person)
      if (certificate === undefined) break
      replaced(person)
      await applications.cancel(certificate.id)
    }
    return nothing
  },
}

/** The desk ends the certificate of whoever has held theirs the longest. */
const revocation: Kind = {
  s: [1, 1],
  onStation: true,
  async begin(system) {
    await system.revokeOne()
    return nothing
  },
}

export const FAULT_KINDS: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(
    NETWORK_FAULTS.map(fault => [`network ${fault}`, network(fault, [10, 300])] as const),
  ),
  'disk full': disk('full', [5, 60]),
  'disk fails': disk('fails', [5, 60]),
  'disk hangs': disk('hangs', [1, 30]),
  'clock an hour ahead': clock(3_600_000),
  'clock an hour back': clock(-3_600_000),
  'power cut': power,
  fire,
  'stop pressed': contact('stop', [5, 60]),
  'cabinet open': contact('tamper', [5, 60]),
  'beam dark': contact('beamA', [5, 120]),
  'board lost': boardLost,
  'reader lost': readerLost,
  'relay feedback stuck': feedbackStuck,
  'contact babbles': babbling,
  'noise on the reader': noise,
  'codes cut': cutCodes,
  'staff release': release,
  'barrier forced': forced,
  'lane closed': modes({ entry: 'closed', exit: 'closed' }, [10, 120]),
  'lane free': modes({ entry: 'free' }, [10, 60]),
  'emergency release': modes({ emergency: true }, [10, 60]),
  maintenance: modes({ maintenance: true }, [10, 60]),
  revocation,
  'run on the quota': quotaRun,
  ...BUS_KINDS,
}

/** Its lane, or its gate; '' for one of the whole station. */
export function placeOf({ lanes, gates }: Places, { kind, lane }: Fault): string {
  const { onLane, onStation } = FAULT_KINDS[kind] ?? {}
  return onStation ? '' : drawn(onLane ? lanes : gates, lane)
}
