/**
 * Which pin of the board does what: a table per barrier profile, changed by the config, and
 * checked before anything moves.
 *
 * An Uno has 18 usable pins (2 to 19; 0 and 1 are its serial line). Pin 13 blinks while the board
 * boots and carries a lamp on the board, so it may be neither a relay nor an input. Relays are
 * active-high with a pull-down resistor: stock firmware drives outputs low at reset, which would
 * energise an active-low relay module.
 */
import { DeviceError } from '../errors.ts'
import type { Contact, Lamp, Relay } from '../ports.ts'

export type PinFunction = Relay | Lamp | 'buzzer' | Contact
export type BarrierProfile = 'tripod' | 'flap'

/** `opens`: normally closed, active when open or cut. `closes`: normally open, to ground. */
export type ContactWiring = 'opens' | 'closes'

/** A pin number, or a pin with how it is wired. `active` may only ever be `high`. */
export type PinSetting =
  | number
  | {
      readonly pin: number
      readonly wiring?: ContactWiring
      readonly active?: 'high' | 'low'
    }

/** Changes to a profile's table; `null` takes a function away. */
export interface PinConfig {
  readonly profile: BarrierProfile
  readonly pins?: { readonly [F in PinFunction]?: PinSetting | null }
  /** What opens the barrier in a fire, done by the board itself. Default: both energised. */
  readonly fireOpens?: { readonly [R in 'entry' | 'exit']?: 'energised' | 'released' }
}

export interface PinLevel {
  readonly pin: number
  readonly level: 0 | 1
}

export interface ContactPin {
  readonly pin: number
  readonly wiring: ContactWiring
}

/** A checked map. `crossIsArrowInverse`: a changeover relay lights the cross while arrow is off. */
export interface PinMap {
  readonly profile: BarrierProfile
  readonly relays: ReadonlyMap<Relay, number>
  readonly lamps: ReadonlyMap<Lamp, number>
  readonly buzzer: number | null
  readonly contacts: ReadonlyMap<Contact, ContactPin>
  readonly crossIsArrowInverse: boolean
  /** Levels that open the barrier in a fire. */
  readonly fireOutputs: readonly PinLevel[]
  /** A dead-man's drop waits while one of these shows its level: a person under the panels. */
  readonly holdWhile: readonly PinLevel[]
}

type PinTable = { readonly [F in PinFunction]?: number }

const tripodPins = {
  entry: 2,
  exit: 3,
  alarm: 4,
  arrow: 5,
  cross: 6,
  buzzer: 7,
  amber: 13,
  beamA: 8,
  beamB: 9,
  passA: 10,
  passB: 11,
  fire: 12,
  stop: 14,
  tamper: 15,
  release: 16,
  relayFeedback: 17,
} as const satisfies PinTable

const flapPins = {
  entry: 2,
  exit: 3,
  alarm: 4,
  arrow: 5,
  buzzer: 7,
  amber: 13,
  beamA: 8,
  beamB: 9,
  beamC: 10,
  beamD: 11,
  beamE: 18,
  beamF: 19,
  fire: 12,
  stop: 14,
  tamper: 15,
  release: 16,
  relayFeedback: 17,
} as const satisfies PinTable

/** The standard wiring of each profile, as firmware/wiring.md draws it. */
export const profilePins = { tripod: tripodPins, flap: flapPins } as const

/** How a contact is wired unless the config says otherwise: a cut wire is never "all is well". */
export const contactWiring: { readonly [C in Contact]: ContactWiring } = {
  beamA: 'opens',
  beamB: 'opens',
  beamC: 'opens',
  beamD: 'opens',
  beamE: 'opens',
  beamF: 'opens',
  beamLow: 'opens',
  passA: 'closes',
  passB: 'closes',
  fire: 'opens',
  stop: 'opens',
  tamper: 'opens',
  release: 'closes',
  relayFeedback: 'closes',
}

const relayNames: readonly string[] = ['entry', 'exit', 'alarm'] satisfies Relay[]
const lampNames: readonly string[] = ['arrow', 'cross', 'amber'] satisfies Lamp[]
const firstPin = 2
const lastPin = 19
const ledPin = 13

const isRelay = (name: string): name is Relay => relayNames.includes(name)
const isLamp = (name: string): name is Lamp => lampNames.includes(name)
const isContact = (name: string): name is Contact => Object.hasOwn(contactWiring, name)

/** Fills in the profile's table and checks all of it. Throws DeviceError `BAD_PINS`. */
export function resolvePins(name: string, config: PinConfig): PinMap {
  const table = profilePins[config.profile]
  if (table === undefined) {
    throw bad(name, `no profile "${config.profile}"`, 'use "tripod" or "flap"')
  }
  const settings: Record<string, PinSetting | null> = { ...table, ...config.pins }
  const relays = new Map<Relay, number>()
  const lamps = new Map<Lamp, number>()
  const contacts = new Map<Contact, ContactPin>()
  const taken = new Map<number, string>()
  let buzzer: number | null = null

  for (const [key, setting] of Object.entries(settings)) {
    if (setting === null || setting === undefined) continue
    const pin = checkPin(name, key, setting, taken)
    if (isRelay(key)) relays.set(key, pin)
    else if (isLamp(key)) lamps.set(key, pin)
    else if (key === 'buzzer') buzzer = pin
    else if (isContact(key)) contacts.set(key, { pin, wiring: wiringOf(name, key, setting) })
    else throw bad(name, `no function "${key}"`, `known are ${functionNames().join(', ')}`)
  }
  if (!relays.has('entry') && !relays.has('exit')) {
    throw bad(name, 'neither an entry nor an exit relay', 'give at least one of them a pin')
  }
  const crossIsArrowInverse = config.profile === 'flap' && !lamps.has('cross')
  return {
    profile: config.profile,
    relays,
    lamps,
    buzzer,
    contacts,
    crossIsArrowInverse,
    fireOutputs: fireOutputs(relays, config),
    holdWhile: config.profile === 'flap' ? beams(contacts) : [],
  }
}

function fireOutputs(relays: ReadonlyMap<Relay, number>, config: PinConfig): PinLevel[] {
  return (['entry', 'exit'] as const).flatMap(relay => {
    const pin = relays.get(relay)
    if (pin === undefined) return []
    return [{ pin, level: config.fireOpens?.[relay] === 'released' ? 0 : 1 }]
  })
}

/** The low beam tells what somebody is, not where: D beside it holds the barrier. */
function beams(contacts: ReadonlyMap<Contact, ContactPin>): PinLevel[] {
  return [...contacts]
    .filter(([contact]) => contact.startsWith('beam') && contact !== 'beamLow')
    .map(([, { pin, wiring }]) => ({ pin, level: wiring === 'opens' ? 1 : 0 }))
}

function checkPin(
  name: string,
  key: string,
  setting: PinSetting,
  taken: Map<number, string>,
): number {
  const pin = typeof setting === 'number' ? setting : setting.pin
  if (!Number.isInteger(pin) || pin < firstPin || pin > lastPin) {
    const why = pin === 0 || pin === 1 ? 'is the serial line' : 'is no pin of the board'
    throw bad(name, `${key}: pin ${pin} ${why}`, `use a pin from ${firstPin} to ${lastPin}`)
  }
  const other = taken.get(pin)
  if (other !== undefined) {
    throw bad(name, `pin ${pin} is both ${other} and ${key}`, 'give each function its own pin')
  }
  taken.set(pin, key)
  if (pin === ledPin && (isRelay(key) || isContact(key))) {
    throw bad(
      name,
      `${key}: pin ${ledPin} blinks while the board boots and carries its lamp`,
      'use it for a lamp or the buzzer only',
    )
  }
  if (typeof setting !== 'number' && setting.active === 'low') {
    throw bad(
      name,
      `${key} is active-low: the board drives it low at reset and would energise it`,
      'use an active-high module with a pull-down resistor',
    )
  }
  return pin
}

function wiringOf(name: string, contact: Contact, setting: PinSetting): ContactWiring {
  const wiring =
    (typeof setting === 'number' ? undefined : setting.wiring) ?? contactWiring[contact]
  if (contact === 'fire' && wiring !== 'opens') {
    throw bad(
      name,
      'fire is wired as normally open: a cut wire would hide an alarm',
      'use the normally-closed contact of the fire panel',
    )
  }
  return wiring
}

function functionNames(): string[] {
  return [...relayNames, ...lampNames, 'buzzer', ...Object.keys(contactWiring)]
}

function bad(name: string, reason: string, remedy: string): DeviceError {
  return new DeviceError('BAD_PINS', name, `${name}: ${reason}; ${remedy}`)
}
