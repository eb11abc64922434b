/**
 * A turnstile wired pin to pin to a simulated board: relays move it, people move through it, and
 * beams and contacts go back to the board's inputs. Runs on any timers, real or virtual, and is
 * idle while nothing moves.
 */
import { type PinConfig, resolvePins } from '../drivers/pins.ts'
import { createListeners } from '../listeners.ts'
import type { Clock, Contact, Lamp, Relay, Timers, Unsubscribe } from '../ports.ts'
import type { SimBoard } from './firmata-board.ts'
import { createFlap } from './flap.ts'
import {
  type Body,
  type Direction,
  hasLeft,
  interrupts,
  interruptsLow,
  moveBodies,
} from './lane.ts'
import { createTripod } from './tripod.ts'

export interface TurnstileFaults {
  /** The mechanism does not move. */
  jammed?: boolean
  /** The relay's feedback contact stays open. */
  feedbackDead?: boolean
}

export interface Turnstile {
  readonly profile: 'tripod' | 'flap'
  readonly faults: TurnstileFaults
  /** Arm angle in degrees from rest (tripod), or opening from 0 to 1 (flap). */
  readonly position: number
  /** Force of a panel on a body, newtons. */
  readonly forceN: number
  /** People and things in the lane now. */
  readonly bodies: readonly Body[]
  /** Puts bodies into the lane; resolves for each whether it came out at the far side. */
  enter(bodies: readonly Body[]): Promise<boolean[]>
  /** The truth, whatever contacts say: somebody went through. */
  onPassage(listener: (direction: Direction, atMs: number) => void): Unsubscribe
  /** Something moved, a contact changed, or a relay or lamp did. */
  onChange(listener: () => void): Unsubscribe
  /**
   * Sets a contact by hand, as the world would: fire, stop, tamper, release, a stuck beam. Null: it
   * goes by the barrier and its people again.
   */
  setContact(contact: Contact, active: boolean | null): void
  contact(contact: Contact): boolean
  /** Whether a contact is as somebody set it. */
  isByHand(contact: Contact): boolean
  relay(relay: Relay): boolean
  lamp(lamp: Lamp): boolean
  readonly buzzer: boolean
  close(): void
}

export interface TurnstileOptions {
  readonly board: SimBoard
  /** The same map the gate's driver has. */
  readonly pins: PinConfig
  readonly timers: Timers
  readonly clock: Clock
}

const stepMs = 10
/** A late timer moves nobody through a wall: longer steps are cut into pieces. */
const stepMsMax = 20
/**
 * People stand while the whole process stands still, but for so long: nobody is at one beam, and at the next
 * look behind another, milliseconds.
 */
const lateMsMax = 40

/** Where the beams of each barrier stand, metres from its middle; the exit side is positive. */
export const beamPositions: Readonly<Record<'tripod' | 'flap', Partial<Record<Contact, number>>>> =
  {
    tripod: { beamA: -0.3, beamB: 0.3 },
    flap: {
      ...{ beamA: -0.7, beamB: -0.42, beamC: -0.14, beamD: 0.14, beamE: 0.42, beamF: 0.7 },
      ...{ beamLow: 0.14 },
    },
  }

interface Visitor {
  readonly body: Body
  readonly done: (through: boolean) => void
}

/** Sets every contact of the map to rest at once: an open fire loop would be an alarm. */
export function connectTurnstile(options: TurnstileOptions): Turnstile {
  const { board, timers, clock } = options
  const pins = resolvePins('turnstile', options.pins)
  const faults: TurnstileFaults = {}
  const model = pins.profile === 'tripod' ? createTripod(faults) : createFlap(faults)
  const passages = createListeners<[Direction, number]>()
  const changes = createListeners<[]>()
  const byHand = new Map<Contact, boolean>()
  const now = new Map<Contact, boolean>()
  let visitors: Visitor[] = []
  let lastMs = clock.monotonicMs()
  let stop: Unsubscribe | null = null
  let over = false

  const high = (pin: number | null | undefined) => pin != null && board.level(pin) === 1
  const relay = (name: Relay) => high(pins.relays.get(name))
  const bodies = () => visitors.map(visitor => visitor.body)

  function computed(contact: Contact): boolean {
    const x = beamPositions[pins.profile][contact]
    const sees = contact === 'beamLow' ? interruptsLow : interrupts
    if (x !== undefined) return visitors.some(visitor => sees(visitor.body, x))
    if (contact === 'passA') return model.feedback('entry')
    if (contact === 'passB') return model.feedback('exit')
    if (contact === 'relayFeedback') {
      return faults.feedbackDead !== true && (relay('entry') || relay('exit'))
    }
    return false
  }

  function settleContacts(): void {
    for (const [contact, { pin, wiring }] of pins.contacts) {
      const active = byHand.get(contact) ?? computed(contact)
      if (now.get(contact) === active) continue
      now.set(contact, active)
      board.setInput(pin, active === (wiring === 'opens') ? 1 : 0)
    }
    changes.emit()
  }

  function drive(): void {
    model.drive({ entry: relay('entry'), exit: relay('exit') }, clock.monotonicMs())
  }

  function advance(): void {
    const endMs = clock.monotonicMs()
    lastMs = Math.max(lastMs, endMs - lateMsMax)
    while (lastMs < endMs) {
      const dtMs = Math.min(stepMsMax, endMs - lastMs)
      lastMs += dtMs
      moveBodies(bodies(), model.frontMax, dtMs)
      for (const direction of model.step(bodies(), lastMs, dtMs)) passages.emit(direction, lastMs)
    }
    const left = visitors.filter(({ body }) => hasLeft(body))
    visitors = visitors.filter(visitor => !left.includes(visitor))
    settleContacts()
    for (const { body, done } of left) done(body.progress > 0)
  }

  function tick(): void {
    if (over || stop !== null) return
    stop = timers.after(stepMs, () => {
      stop = null
      advance()
      if (visitors.length > 0 || !model.atRest) tick()
    })
  }

  function wake(): void {
    if (stop === null) lastMs = clock.monotonicMs()
    tick()
  }

  const endPins = board.onPin(() => {
    wake()
    drive()
    settleContacts()
  })
  drive()
  settleContacts()

  return {
    profile: pins.profile,
    faults,
    get position() {
      return model.position
    },
    get forceN() {
      return model.forceN
    },
    get bodies() {
      return bodies()
    },
    enter(fresh) {
      const outcomes = fresh.map(
        body => new Promise<boolean>(done => visitors.push({ body, done })),
      )
      wake()
      return Promise.all(outcomes)
    },
    onPassage: listener => passages.add(listener),
    onChange: listener => changes.add(listener),
    setContact(contact, active) {
      if (active === null) byHand.delete(contact)
      else byHand.set(contact, active)
      settleContacts()
    },
    contact: contact => now.get(contact) ?? false,
    isByHand: contact => byHand.has(contact),
    relay,
    lamp(lamp) {
      if (lamp === 'cross' && pins.crossIsArrowInverse) return !high(pins.lamps.get('arrow'))
      return high(pins.lamps.get(lamp))
    },
    get buzzer() {
      return high(pins.buzzer)
    },
    close() {
      over = true
      stop?.()
      endPins()
    },
  }
}
