/** A USB scanner that is no serial port: HID POS, or a keyboard wedge opened exclusively. */
import { createBackoff } from '../backoff.ts'
import { createDeviceStates } from '../device-states.ts'
import { DeviceError } from '../errors.ts'
import { createListeners } from '../listeners.ts'
import type { Clock, CodeReader, ReadFault, Reading, Timers, Unsubscribe } from '../ports.ts'
import {
  createNodeHidBackend,
  type HidBackend,
  type HidHandle,
  type HidInfo,
} from './hid-backend.ts'
import { createHidPosDecoder, hidPosUsagePage } from './hid-pos.ts'
import { createHidWedgeDecoder } from './hid-wedge.ts'
import { createRepeatFilter } from './repeat-filter.ts'
import { checkPause, type Frame } from './scanner-frame.ts'

export interface HidScannerOptions {
  readonly name: string
  readonly profile: 'pos' | 'wedge'
  /**
   * `vendor:product[:serial]` in hex. May be left out for `pos`: then the one scanner with the POS
   * usage page is taken. A wedge must be named, or the machine's own keyboard could be taken.
   */
  readonly device?: string
  /** Longest pause in the middle of a code, 50 to 2000 ms. Default 500. */
  readonly pauseMs?: number
  readonly timers: Timers
  readonly clock: Clock
  /** [0, 1): jitter of reconnecting. */
  readonly random: () => number
  /** Default: node-hid. */
  readonly backend?: HidBackend
}

/** Starts connecting at once. Throws RangeError for a device name that is none, or a bad pause. */
export function createHidScanner(options: HidScannerOptions): CodeReader {
  const { name, timers, clock } = options
  checkPause(name, options.pauseMs)
  const matches = matcher(options)
  const dropped = createListeners<[ReadFault]>()
  const createDecoder = options.profile === 'pos' ? createHidPosDecoder : createHidWedgeDecoder
  const decoder = createDecoder({ pauseMs: options.pauseMs, onDropped: dropped.emit })
  const repeats = createRepeatFilter()
  const backoff = createBackoff(options.random)
  const states = createDeviceStates()
  const readings = createListeners<[Reading]>()
  let backend: HidBackend | null = options.backend ?? null
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
      backend ??= await createNodeHidBackend(
        options.profile === 'wedge' ? 'libusb' : 'hidraw',
      ).catch(error => {
        throw noLibrary(name, error)
      })
      const info = choose(options, (await backend.devices()).filter(matches))
      const fresh = await openDevice(name, backend, info)
      if (over) {
        fresh.close()
        return
      }
      handle = fresh
      fresh.onReport(report => {
        if (handle === fresh) deliver(decoder.push(report, clock.monotonicMs()))
      })
      fresh.onError(error => {
        if (handle !== fresh) return
        backoff.reset()
        lose(unplugged(name, error))
      })
      states.set({ state: 'ready' })
    } catch (error) {
      lose(error instanceof DeviceError ? error : missing(name, options.device, error))
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

const deviceName = /^([0-9a-f]{4}):([0-9a-f]{4})(?::(.{1,128}))?$/i

function matcher({ name, profile, device }: HidScannerOptions): (info: HidInfo) => boolean {
  if (device === undefined) {
    if (profile === 'pos') return info => info.usagePage === hidPosUsagePage
    throw new RangeError(`${name}: a keyboard wedge must be named by vendor:product`)
  }
  const match = deviceName.exec(device)
  if (match === null) throw new RangeError(`${name}: "${device}" is not vendor:product[:serial]`)
  const [, vendor, product, serial] = match
  return info =>
    info.vendorId === Number.parseInt(vendor ?? '', 16) &&
    info.productId === Number.parseInt(product ?? '', 16) &&
    (serial === undefined || info.serial === serial)
}

/** A scanner may show several interfaces; the one with the POS page is meant then. */
function choose(options: HidScannerOptions, found: readonly HidInfo[]): HidInfo {
  const pos = found.filter(info => info.usagePage === hidPosUsagePage)
  const first = (options.profile === 'pos' && pos.length > 0 ? pos : found)[0]
  if (first === undefined) throw missing(options.name, options.device)
  return first
}

async function openDevice(name: string, backend: HidBackend, info: HidInfo): Promise<HidHandle> {
  try {
    return await backend.open(info.path)
  } catch (error) {
    throw new DeviceError(
      'DEVICE_DENIED',
      name,
      `${name}: the scanner is there but can't be opened; give this program's user access to it ` +
        'by a udev rule, and stop other programs that use it',
      error,
    )
  }
}

function missing(name: string, device = 'an HID POS scanner', cause?: unknown): DeviceError {
  return new DeviceError(
    'DEVICE_MISSING',
    name,
    `${name}: ${device} is not plugged in; check the cable and the scanner's USB mode`,
    cause,
  )
}

function noLibrary(name: string, cause: unknown): DeviceError {
  return new DeviceError(
    'DEVICE_DENIED',
    name,
    `${name}: USB HID can't be used here; install the system's libusb-1.0 and libudev, ` +
      'and use one kind of HID scanner in one process',
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
