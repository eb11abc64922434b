/** The board's pin of each part of a lane, as the running config wires it: where a technician looks. */
import { resolvePins } from '../../hardware/drivers/pins.ts'
import type { Contact, Lamp, Relay } from '../../hardware/ports.ts'
import type { GateControl } from '../contract/control.ts'
import { boardOfLane } from '../contract/lane-board.ts'

export type PinOfPart = (lane: string, name: string) => number | undefined

/** `name`: a contact, relay or lamp, or `buzzer`. Undefined for no such part, and before a config runs. */
export function pinsOfParts({ config }: Pick<GateControl, 'config'>): PinOfPart {
  return (lane, name) => {
    const board = boardOfLane(config.running(), lane)
    if (board === undefined) return undefined
    const { profile, pins } = board
    const map = resolvePins(lane, { profile, pins: pins as Record<string, number> })
    if (name === 'buzzer') return map.buzzer ?? undefined
    const contact = map.contacts.get(name as Contact)
    return contact?.pin ?? map.relays.get(name as Relay) ?? map.lamps.get(name as Lamp)
  }
}
