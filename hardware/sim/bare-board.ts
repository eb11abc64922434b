/**
 * A gate board without a wire or firmware: its driver's port on the one side, its pins on the other.
 * For virtual time, where bytes on a line are not what is looked at.
 */
import { type PinConfig, resolvePins } from '../drivers/pins.ts'
import { DeviceError } from '../errors.ts'
import { createListeners } from '../listeners.ts'
import type { Clock, Contact, DeviceState, GateBoard } from '../ports.ts'
import type { SimBoard } from './firmata-board.ts'

export interface BareBoard extends GateBoard, SimBoard {
  /** As the world outside does by the wiring of the contact's pin. */
  setContact(contact: Contact, active: boolean): void
  /** One that is not ready has dropped its outputs. */
  become(state: DeviceState['state']): void
}

export function createBareBoard(name: string, config: PinConfig, clock: Clock): BareBoard {
  const pins = resolvePins(name, config)
  const contactOf = new Map([...pins.contacts].map(([contact, pin]) => [pin.pin, contact]))
  const states = createListeners<[DeviceState]>()
  const contacts = createListeners<[Contact, boolean]>()
  const changes = createListeners<[number, 0 | 1, number]>()
  const outputs = new Map<number, 0 | 1>()
  const active = new Set<Contact>()
  let state: DeviceState = { state: 'connecting' }

  const detached = () => new DeviceError('DEVICE_DETACHED', name, `${name}: not connected`)
  const isReady = () => state.state === 'ready'

  function drive(pin: number | null | undefined, on: boolean): void {
    if (pin == null || (outputs.get(pin) ?? 0) === Number(on)) return
    outputs.set(pin, on ? 1 : 0)
    changes.emit(pin, on ? 1 : 0, clock.monotonicMs())
  }

  function setContact(contact: Contact, on: boolean): void {
    if (on === active.has(contact)) return
    if (on) active.add(contact)
    else active.delete(contact)
    if (isReady()) contacts.emit(contact, on)
  }

  return {
    name,
    onState(listener) {
      listener(state)
      return states.add(listener)
    },
    close: async () => {},
    barrier: {
      energise(relay) {
        if (!isReady()) throw detached()
        drive(pins.relays.get(relay), true)
      },
      release: relay => drive(pins.relays.get(relay), false),
    },
    contacts: {
      onContact: listener => contacts.add(listener),
      isActive: contact => active.has(contact),
    },
    signals: {
      lamp: (lamp, on) => isReady() && drive(pins.lamps.get(lamp), on),
      buzzer: on => isReady() && drive(pins.buzzer, on),
    },
    become(next) {
      state = next === 'lost' ? { state: next, error: detached() } : { state: next }
      if (!isReady()) for (const pin of outputs.keys()) drive(pin, false)
      states.emit(state)
      if (isReady()) for (const contact of active) contacts.emit(contact, true)
    },
    onPin: listener => changes.add(listener),
    level: pin => outputs.get(pin) ?? 0,
    setInput(pin, level) {
      const contact = contactOf.get(pin)
      if (contact === undefined) return
      const { wiring } = pins.contacts.get(contact) ?? { wiring: 'closes' }
      setContact(contact, (level === 1) === (wiring === 'opens'))
    },
    setContact,
  }
}
