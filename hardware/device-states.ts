/** The state of a device, and its subscribers. */
import { createListeners } from './listeners.ts'
import type { DeviceState, Unsubscribe } from './ports.ts'

export interface DeviceStates {
  readonly now: DeviceState
  set(next: DeviceState): void
  /** Calls the listener with the present state at once, and with each that follows. */
  follow(listener: (state: DeviceState) => void): Unsubscribe
}

/** Begins as `connecting`. */
export function createDeviceStates(): DeviceStates {
  const listeners = createListeners<[DeviceState]>()
  let now: DeviceState = { state: 'connecting' }
  return {
    get now() {
      return now
    },
    set(next) {
      now = next
      listeners.emit(next)
    },
    follow(listener) {
      const end = listeners.add(listener)
      listener(now)
      return end
    },
  }
}
