/**
 * From pin levels to contacts: wiring applied, bounces removed, changes only.
 *
 * A contact's first report after the board came back counts at once; later changes must hold
 * for the debounce time.
 */
import { createListeners } from '../listeners.ts'
import type { Contact, Contacts, Timers, Unsubscribe } from '../ports.ts'
import type { ContactPin } from './pins.ts'

/** How long a new level must hold, milliseconds. */
export const debounceMs = 5

export interface ContactBank extends Contacts {
  /** What a pin shows, and for how long it was seen already, milliseconds. */
  level(pin: number, high: boolean, heldMs?: number): void
  /** Holds a contact active whatever its pin shows: an alarm the board has latched. */
  latch(contact: Contact, active: boolean): void
  /** True when every contact was reported since `begin`. */
  readonly complete: boolean
  /** The board is being set up: levels are collected, nothing is told yet. */
  begin(): void
  /** The board is ready: tells each active contact, and each that ended meanwhile. */
  tell(): void
}

interface Line {
  readonly contact: Contact
  readonly activeHigh: boolean
  raw: boolean | null
  stable: boolean
  latched: boolean
  told: boolean
  stop: Unsubscribe
}

export function createContactBank(
  pins: ReadonlyMap<Contact, ContactPin>,
  timers: Timers,
): ContactBank {
  const listeners = createListeners<[Contact, boolean]>()
  const lines = new Map<number, Line>()
  const byContact = new Map<Contact, Line>()
  let telling = false
  for (const [contact, { pin, wiring }] of pins) {
    const activeHigh = wiring === 'opens'
    const line = {
      contact,
      activeHigh,
      raw: null,
      stable: false,
      latched: false,
      told: false,
      stop: () => {},
    }
    lines.set(pin, line)
    byContact.set(contact, line)
  }

  const isActive = (line: Line) => line.stable || line.latched

  function tellLine(line: Line): void {
    if (!telling || line.told === isActive(line)) return
    line.told = isActive(line)
    listeners.emit(line.contact, line.told)
  }

  return {
    onContact: listener => listeners.add(listener),
    isActive(contact) {
      const line = byContact.get(contact)
      return telling && line !== undefined && isActive(line)
    },
    level(pin, high, heldMs = 0) {
      const line = lines.get(pin)
      if (line === undefined) return
      const active = high === line.activeHigh
      if (line.raw === null) {
        line.raw = active
        line.stable = active
        return
      }
      if (line.raw === active) return
      line.raw = active
      line.stop()
      if (active === line.stable) return
      line.stop = timers.after(Math.max(0, debounceMs - heldMs), () => {
        line.stable = active
        tellLine(line)
      })
    },
    latch(contact, active) {
      const line = byContact.get(contact)
      if (line === undefined || line.latched === active) return
      line.latched = active
      tellLine(line)
    },
    get complete() {
      return [...lines.values()].every(line => line.raw !== null)
    },
    begin() {
      telling = false
      for (const line of lines.values()) {
        line.stop()
        line.raw = null
        line.latched = false
      }
    },
    tell() {
      telling = true
      for (const line of lines.values()) {
        if (isActive(line) && line.told) listeners.emit(line.contact, true)
        else tellLine(line)
      }
    },
  }
}
