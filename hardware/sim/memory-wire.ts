/**
 * A line without an operating system: the host's end is a ByteTransport, the device's end is what
 * a serial wire gives, and time comes from outside. With it drivers and simulated devices run in
 * virtual time, byte for byte as on a real line.
 */
import { DeviceError } from '../errors.ts'
import { createListeners } from '../listeners.ts'
import type { ByteTransport, DeviceState, Timers, Unsubscribe } from '../ports.ts'
import type { DeviceWire } from './serial-wire.ts'

export interface MemoryWire extends DeviceWire {
  /** Give this to a driver as its `port`. */
  readonly transport: ByteTransport & { reopen(reason: DeviceError): void }
  readonly plugged: boolean
  unplug(): void
  /** The host has it open again after `reopenMs`. */
  replug(): void
}

export interface MemoryWireOptions {
  readonly name: string
  readonly timers: Timers
  /** Bits per second. Default 57600. */
  readonly baudRate?: number
  /** Time a host takes to find the port again, milliseconds. Default 100. */
  readonly reopenMs?: number
}

export function createMemoryWire(options: MemoryWireOptions): MemoryWire {
  const { name, timers, baudRate = 57_600, reopenMs = 100 } = options
  const states = createListeners<[DeviceState]>()
  const toHost = createListeners<[Uint8Array]>()
  const toDevice = createListeners<[Uint8Array]>()
  const opened = createListeners<[]>()
  const closed = createListeners<[]>()
  const onTheWay = new Set<Unsubscribe>()
  let state: DeviceState = { state: 'connecting' }
  let plugged = true
  let over = false
  let stopOpening: Unsubscribe = () => {}

  function setState(next: DeviceState): void {
    state = next
    states.emit(next)
  }

  function open(): void {
    if (!plugged || over) return
    opened.emit()
    setState({ state: 'ready' })
  }

  function lose(error: DeviceError): void {
    stopOpening()
    for (const stop of onTheWay) stop()
    onTheWay.clear()
    const wasOpen = state.state === 'ready'
    if (!over) setState({ state: 'lost', error })
    if (wasOpen) closed.emit()
  }

  function carry(bytes: Uint8Array, deliver: (bytes: Uint8Array) => void): void {
    const stop = timers.after((bytes.length * 10_000) / baudRate, () => {
      onTheWay.delete(stop)
      deliver(bytes)
    })
    onTheWay.add(stop)
  }

  stopOpening = timers.after(0, open)
  return {
    get plugged() {
      return plugged
    },
    onBytes: listener => toDevice.add(listener),
    onHostOpen: listener => opened.add(listener),
    onHostClose: listener => closed.add(listener),
    write(bytes) {
      if (state.state === 'ready') carry(bytes, toHost.emit)
    },
    unplug() {
      if (!plugged) return
      plugged = false
      lose(new DeviceError('DEVICE_UNPLUGGED', name, `${name}: unplugged`))
    },
    replug() {
      if (plugged) return
      plugged = true
      stopOpening = timers.after(reopenMs, open)
    },
    transport: {
      name,
      onState(listener) {
        const end = states.add(listener)
        listener(state)
        return end
      },
      onBytes: listener => toHost.add(listener),
      async write(bytes) {
        if (state.state !== 'ready') {
          throw new DeviceError('DEVICE_DETACHED', name, `${name}: not connected just now`)
        }
        carry(bytes, toDevice.emit)
      },
      reopen(reason) {
        if (state.state !== 'ready') return
        lose(reason)
        stopOpening = timers.after(reopenMs, open)
      },
      async close() {
        if (over) return
        over = true
        // What was written before closing still arrives, as on a line.
        stopOpening()
        if (state.state === 'ready') closed.emit()
        state = { state: 'connecting' }
      },
    },
  }
}
