/** A lane's board whose contacts move as they did in the field; what the gate does to its pins is told. */
import type { Seen } from '../../../fixtures/stage/observed.ts'
import { createDeviceStates } from '../../../hardware/device-states.ts'
import { DeviceError } from '../../../hardware/errors.ts'
import { createListeners } from '../../../hardware/listeners.ts'
import type { Contact, GateBoard, Lamp, Relay } from '../../../hardware/ports.ts'

export type FieldState = 'connecting' | 'ready' | 'lost'

export interface FieldBoard extends GateBoard {
  become(state: FieldState): void
  setContact(contact: Contact, active: boolean): void
}

export const lostAs = (name: string) =>
  new DeviceError('DEVICE_UNPLUGGED', name, `${name}: lost, as in the field`)

/** `onRelays` hears which are energised, after each change: of a feedback contact. */
export function createFieldBoard(
  name: string,
  note: (seen: Seen) => void,
  onRelays: (energised: ReadonlySet<Relay>) => void = () => {},
): FieldBoard {
  const states = createDeviceStates()
  const contacts = createListeners<[Contact, boolean]>()
  const active = new Set<Contact>()
  const energised = new Set<Relay>()
  const lit = new Set<Lamp>()
  let sounds = false

  function move(relay: Relay, on: boolean): void {
    if (on === energised.has(relay)) return
    if (on) energised.add(relay)
    else energised.delete(relay)
    note({ what: 'relay', name: relay, on })
    onRelays(energised)
  }

  return {
    name,
    onState: states.follow,
    close: async () => {},
    resetFire() {},
    barrier: {
      energise(relay) {
        if (states.now.state !== 'ready') throw lostAs(name)
        move(relay, true)
      },
      release: relay => move(relay, false),
    },
    contacts: {
      onContact: listener => contacts.add(listener),
      isActive: contact => active.has(contact),
    },
    signals: {
      lamp(lamp, on) {
        if (on === lit.has(lamp)) return
        if (on) lit.add(lamp)
        else lit.delete(lamp)
        note({ what: 'lamp', name: lamp, on })
      },
      buzzer(on) {
        if (on !== sounds) note({ what: 'buzzer', on })
        sounds = on
      },
    },
    setContact(contact, on) {
      if (on === active.has(contact)) return
      if (on) active.add(contact)
      else active.delete(contact)
      note({ what: 'contact', name: contact, on })
      contacts.emit(contact, on)
    },
    become(state) {
      if (state === states.now.state) return
      if (state !== 'ready') for (const relay of [...energised]) move(relay, false)
      states.set(state === 'lost' ? { state, error: lostAs(name) } : { state })
      if (state === 'ready') for (const contact of [...active]) contacts.emit(contact, true)
    },
  }
}
