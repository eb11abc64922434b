/** A USB scanner without a serial port: HID POS, or a keyboard wedge opened exclusively. */
import { createBackoff } from '../backoff.ts'
import { createDeviceStates } from '../device-states.ts'
import { DeviceError } from '../errors.ts'
import { createListeners } from '../listeners.ts'
import type { Clock, CodeReader, ReadFault, Reading, Timers, Unsubscribe } from '../ports.ts'
import { createHidAutoDecoder } from './hid-auto.ts'
import { createNodeHidBackend, type HidBackend, type HidHandle } from './hid-backend.ts'
import { checkWanted, chooseHid, type HidProfile, missing } from './hid-choice.ts'
import type { KeyboardLayout } from './hid-layouts.ts'
import { openHid } from './hid-open.ts'
import { createHidPosDecoder } from './hid-pos.ts'
import { createHidWedgeDecoder } from './hid-wedge.ts'
import { createRepeatFilter } from './repeat-filter.ts'
import { checkPause, type Frame } from './scanner-frame.ts'

export interface HidScannerOptions {
  readonly name: string
  /** `auto` takes a POS scanner, or else what it is named as a wedge, and goes by the reports. */
  readonly profile: HidProfile
  /**
   * `vendor:product[:serial]` in hex. Both this and `path` may be left out for the one scanner with
   * the POS usage page. A wedge must be named, or the machine's own keyboard could be taken.
   */
  readonly device?: string | undefined
  /** USB port, as `1-1.2`: tells equal devices without serial numbers apart. Linux only. */
  readonly path?: string | undefined
  /** Keyboard layout that a wedge is set to. Default `us`. */
  readonly layout?: KeyboardLayout | undefined
  /** Longest pause in the middle of a code, 50 to 2000 ms. Default 500. */
  readonly pauseMs?: number | undefined
  /** Hears each report as it comes, before it is decoded. Must not keep or change it. */
  readonly onRaw?: ((report: Uint8Array) => void) | undefined
  readonly timers: Timers
  readonly clock: Clock
  /** [0, 1): jitter of reconnecting. */
  readonly random: () => number
  /** One for all readers of a process, so that none opens another's device. Default: node-hid. */
  readonly backend?: HidBackend
}

const DECODERS = {
  auto: createHidAutoDecoder,
  pos: createHidPosDecoder,
  wedge: createHidWedgeDecoder,
} as const

const nodeHid = createNodeHidBackend()

/** Starts connecting at once. Throws RangeError for a device name that is none, or a bad pause. */
export function createHidScanner(options: HidScannerOptions): CodeReader {
  const { name, timers, clock, layout, pauseMs, backend = nodeHid } = options
  checkPause(name, pauseMs)
  checkWanted(options)
  const dropped = createListeners<[fault: ReadFault, bytes: number]>()
  const decoder = DECODERS[options.profile]({ layout, pauseMs, onDropped: dropped.emit })
  const repeats = createRepeatFilter()
  const backoff = createBackoff(options.random)
  const states = createDeviceStates()
  const readings = createListeners<[Reading]>()
  let handle: HidHandle | null = null
  let over = false
  let stopWaiting: Unsubscribe = () => {}
  let stopIdle: Unsubscribe = () => {}

  function deliver(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (repeats.accept(frame.text, frame.lastByteMs)) readings.emit(frame)
    }
    stopIdle()
    const idleAtMs = decoder.idleAtMs
    if (idleAtMs === null) return
    stopIdle = timers.after(Math.max(0, idleAtMs - clock.monotonicMs()), () => {
      deliver(decoder.idle(clock.monotonicMs()))
    })
  }

  async function connect(): Promise<void> {
    try {
      const choice = await chooseHid(options, backend).catch(error => {
        throw error instanceof DeviceError ? error : noLibrary(name, error)
      })
      const fresh = await openHid(name, backend, choice)
      if (over) {
        fresh.close()
        return
      }
      handle = fresh
      fresh.onReport(report => {
        if (handle !== fresh) return
        options.onRaw?.(report)
        deliver(decoder.push(report, clock.monotonicMs()))
      })
      fresh.onError(error => {
        if (handle !== fresh) return
        backoff.reset()
        lose(unplugged(name, error))
      })
      states.set({ state: 'ready' })
    } catch (error) {
      lose(error instanceof DeviceError ? error : missing(options, error))
    }
  }

  function lose(error: DeviceError): void {
    const gone = handle
    handle = null
    gone?.close()
    decoder.flush()
    stopIdle()
    if (over) return
    stopWaiting()
    stopWaiting = timers.after(backoff.next(), () => {
      attempt = connect()
    })
    states.set({ state: 'lost', error })
  }

  let attempt = connect()
  return {
    name,
    onState: states.follow,
    onReading: listener => readings.add(listener),
    onDropped: listener => dropped.add(listener),
    async close() {
      over = true
      stopWaiting()
      stopIdle()
      await attempt
      handle?.close()
      handle = null
    },
  }
}

function noLibrary(name: string, cause: unknown): DeviceError {
  return new DeviceError(
    'DEVICE_DENIED',
    name,
    `${name}: USB HID can't be used here; install the system's libusb-1.0 and libudev`,
    cause,
  )
}

function unplugged(name: string, cause: unknown): DeviceError {
  return new DeviceError(
    'DEVICE_UNPLUGGED',
    name,
    `${name}: the scanner went away; check plug and cable, it is looked for again by itself`,
    cause,
  )
}
