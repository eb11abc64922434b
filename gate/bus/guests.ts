/**
 * Who is connected to the embedded broker, and who has to go so that a gate finds room. Strangers
 * share a few places: of them the oldest of the address that has most goes first, so that who fills
 * them pushes out himself. A gate has one connection, its newest. Pure but for its own table.
 */
import { CONNECTIONS_PER_ADDRESS_MAX, STRANGERS_MAX } from './limits.ts'

export interface Guests<Key> {
  /** A new connection; gives who has to go: perhaps itself, where the address has gates enough. */
  arrived(key: Key, address: string): Key | undefined
  /** It has shown a gate's ticket; gives that gate's older connection. */
  known(key: Key, gate: string): Key | undefined
  /** The gate whose ticket it has shown. */
  gateOf(key: Key): string | undefined
  left(key: Key): void
  all(): Iterable<Key>
}

interface Guest {
  readonly address: string
  gate: string | undefined
}

export function createGuests<Key>(): Guests<Key> {
  /** The longest connected first. */
  const guests = new Map<Key, Guest>()

  function strangers(address?: string): Key[] {
    const fits = ({ gate, address: at }: Guest) =>
      gate === undefined && (address === undefined || at === address)
    return [...guests].filter(([, guest]) => fits(guest)).map(([key]) => key)
  }

  function oldestOfMost(): Key | undefined {
    const counts = new Map<string, number>()
    for (const { address, gate } of guests.values()) {
      if (gate === undefined) counts.set(address, (counts.get(address) ?? 0) + 1)
    }
    const [most] = [...counts].sort(([, a], [, b]) => b - a)
    return most && strangers(most[0])[0]
  }

  return {
    arrived(key, address) {
      const there = [...guests.values()].filter(guest => guest.address === address).length
      // Before it is counted: it goes itself only where all the others are gates.
      const [oldest = key] = strangers(address)
      guests.set(key, { address, gate: undefined })
      if (there >= CONNECTIONS_PER_ADDRESS_MAX) return oldest
      return strangers().length > STRANGERS_MAX ? oldestOfMost() : undefined
    },
    known(key, gate) {
      const guest = guests.get(key)
      if (guest === undefined) return undefined
      const older = [...guests].find(([other, one]) => other !== key && one.gate === gate)
      guest.gate = gate
      return older?.[0]
    },
    gateOf: key => guests.get(key)?.gate,
    left: key => void guests.delete(key),
    all: () => guests.keys(),
  }
}
