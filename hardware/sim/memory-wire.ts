/**
 * A line without an operating system: the host's end is a ByteTransport, the device's end is what
 * a serial wire gives, and time comes from outside. With it drivers and simulated devices run in
 * virtual time, byte for byte as on a real line.
 */
import { DeviceError } from '../errors.ts'
import { createListeners } from '../listeners.ts'
import type { ByteTransport, Clock, DeviceState, Timers, Unsubscribe } from '../ports.ts'
import type { DeviceWire } from './serial-wire.ts'

export interface MemoryWire extends DeviceWire {
  /** Give this to a driver as its `port`. */
  readonly transport: ByteTransport & { reopen(reason: DeviceError): void }
  readonly plugged: boolean
  unplug(): void
  /** The host has it open again after `reopenMs`. */
  replug(): void
  /** Bytes that nobody sent arrive at one end, at once. */
  inject(end: WireEnd, bytes: Uint8Array): void
}

export type WireEnd = 'host' | 'device'

export interface MemoryWireOptions {
  readonly name: string
  readonly timers: Timers
  readonly clock: Clock
  /** Changes what arrives, as noise does. */
  readonly disturb?: (bytes: Uint8Array, end: WireEnd) => Uint8Array
  /** Bits per second. Default 57600. */
  readonly baudRate?: number
  /** Time a host takes to find the port again, milliseconds. Default 100. */
  readonly reopenMs?: number
}

export function createMemoryWire(options: MemoryWireOptions): MemoryWire {
  const { name, timers, clock, baudRate = 57_600, reopenMs = 100 } = options
  const states = createListeners<[DeviceState]>()
  const arrive = {
    host: createListeners<[Uint8Array]>(),
    device: createListeners<[Uint8Array]>(),
  }
  const freeAtMs = { host: 0, device: 0 }
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
    Object.assign(freeAtMs, { host: 0, device: 0 })
    const wasOpen = state.state === 'ready'
    if (!over) setState({ state: 'lost', error })
    if (wasOpen) closed.emit()
  }

  /** One after the other: what is sent while the line is busy waits for it. */
  function carry(bytes: Uint8Array, end: WireEnd): void {
    const nowMs = clock.monotonicMs()
    freeAtMs[end] = Math.max(nowMs, freeAtMs[end]) + (bytes.length * 10_000) / baudRate
    const stop = timers.after(freeAtMs[end] - nowMs, () => {
      onTheWay.delete(stop)
      arrive[end].emit(options.disturb?.(bytes, end) ?? bytes)
    })
    onTheWay.add(stop)
  }

  stopOpening = timers.after(0, open)
  return {
    get plugged() {
      return plugged
    },
    onBytes: listener => arrive.device.add(listener),
    onHostOpen: listener => opened.add(listener),
    onHostClose: listener => closed.add(listener),
    write(bytes) {
      if (state.state === 'ready') carry(bytes, 'host')
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
    inject(end, bytes) {
      if (state.state === 'ready') arrive[end].emit(bytes)
    },
    transport: {
      name,
      onState(listener) {
        const end = states.add(listener)
        listener(state)
        return end
      },
      onBytes: listener => arrive.host.add(listener),
      async write(bytes) {
        if (state.state !== 'ready') {
          throw new DeviceError('DEVICE_DETACHED', name, `${name}: not connected just now`)
        }
        carry(bytes, 'device')
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
