/** What goes wrong in a simulation: each kind, with how it begins and ends. */
import { settle } from '../../fixtures/clock.ts'
import type { DiskState } from '../../fixtures/stage/troubled-disk.ts'
import type { LaneModes } from '../../gate/contract/events.ts'
import { plainModes } from '../../gate/machine/state.ts'
import type { Contact } from '../../hardware/ports.ts'
import { seeded } from '../../hardware/sim/seeded.ts'
import type { SimulatedLane } from './lane-devices.ts'
import { NETWORK_FAULTS, type NetworkFault } from './network.ts'
import type { System } from './system.ts'

/** One that is planned. `lane` and `pick` are chances in [0, 1) that its kind may use. */
export interface Fault {
  readonly kind: string
  /** From the start, milliseconds. */
  readonly atMs: number
  readonly forMs: number
  readonly lane: number
  readonly pick: number
}

type Ends = () => void | Promise<void>
/** Begins it; gives what ends it. */
type Begin = (system: System, fault: Fault) => Ends | Promise<Ends>

interface Kind {
  readonly begin: Begin
  /** How long it lasts, seconds. */
  readonly s: readonly [number, number]
  /** Of one lane. */
  readonly onLane?: true
  /** It leaves the lane out of service, until a technician has mended it. */
  readonly isMended?: true
}

const nothing: Ends = () => {}
const laneOf = ({ lanes }: System, { lane }: Fault): SimulatedLane =>
  lanes[Math.floor(lane * lanes.length)] as SimulatedLane

/** '' for a fault of the whole station. */
export const laneNameOf = (system: System, fault: Fault): string =>
  FAULT_KINDS[fault.kind]?.onLane ? laneOf(system, fault).name : ''

const network = (fault: NetworkFault, s: Kind['s']): Kind => ({
  s,
  begin({ network: net }) {
    net.begin(fault)
    return () => net.end(fault)
  },
})

/** The latest trouble is the disk's; it works again when the first of them ends. */
const disk = (state: DiskState, s: Kind['s']): Kind => ({
  s,
  begin({ disk: of }) {
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
    const set = (to: Partial<LaneModes>) =>
      system.lives
        .gate()
        ?.lanes.find(lane => lane.name === name)
        ?.setModes(to, { by: 'simulation', reason: 'a fault' })
    set(change)
    return () => set(plainModes(direction))
  },
})

const clock = (offMs: number): Kind => ({
  s: [60, 600],
  begin({ lives }) {
    lives.setClockOff(offMs)
    return () => lives.setClockOff(0)
  },
})

/** Turns of the event loop that a start takes which waits for nothing, at most. */
const START_TURNS = 20

const power: Kind = {
  s: [5, 120],
  begin(system) {
    // Two cuts at once are one.
    if (system.lives.gate() === undefined) return nothing
    system.lives.cutPower()
    // One whose disk hangs goes on starting when time does.
    return () => Promise.race([system.lives.start(), settle(START_TURNS)])
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
    board.become('lost')
    return () => {
      if (system.lives.gate() !== undefined) board.become('ready')
    }
  },
}

const readerLost: Kind = {
  s: [2, 60],
  onLane: true,
  begin(system, fault) {
    const [reader] = laneOf(system, fault).readers.values()
    reader?.become('lost')
    return () => {
      if (system.lives.gate() !== undefined) reader?.become('ready')
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

/** Somebody applies again and again, and cancels what they get. */
const quotaRun: Kind = {
  s: [1, 1],
  async begin({ applications, service, replaced }, { pick }) {
    const person = Math.floor(pick * service.people.length)
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
}
