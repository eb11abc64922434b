/** Report streams of HID scanners, and a USB bus of its own to plug such a scanner into. */
import type { HidAccess, HidBackend, HidHandle, HidInfo } from '../drivers/hid-backend.ts'
import { type KeyboardLayout, layoutOf } from '../drivers/hid-layouts.ts'
import { hidPosUsagePage } from '../drivers/hid-pos.ts'
import { wedgeKeys } from '../drivers/hid-wedge.ts'
import { createListeners } from '../listeners.ts'

const reportBytes = 64
const dataMax = 56
const shift = 0x02
const altGr = 0x40
const enter = 0x28
const space = 0x2c
const caps = 0x39
const symbologyQr = 0x41

/** The POS reports of one code. */
export function posReports(text: string, aim = ']Q1'): Uint8Array[] {
  const bytes = Buffer.from(text, 'latin1')
  const count = Math.max(1, Math.ceil(bytes.length / dataMax))
  return Array.from({ length: count }, (_, index) => {
    const part = bytes.subarray(index * dataMax, (index + 1) * dataMax)
    const report = new Uint8Array(reportBytes)
    report[0] = 0x02
    report[1] = part.length
    report.set(Buffer.from(aim, 'latin1'), 2)
    report.set(part, 5)
    report[61] = symbologyQr
    report[63] = index < count - 1 ? 1 : 0
    return report
  })
}

export interface WedgeTyping {
  /** The country it is set to; default `us`. */
  readonly layout?: KeyboardLayout
  /** It presses Caps Lock before and after a code, and turns Shift round for letters between. */
  readonly capsLock?: boolean
  /** It was told that the host's Caps Lock is on, and turns Shift round to make up for that. */
  readonly toldOfCapsLock?: boolean
}

/** The keyboard reports of one code: a press and a release for each character, then Enter. */
export function wedgeReports(text: string, typing: WedgeTyping = {}): Uint8Array[] {
  const { layout: name = 'us', capsLock = false, toldOfCapsLock = false } = typing
  const keys = wedgeKeys(name)
  const layout = layoutOf(name)
  const reports: Uint8Array[] = []
  const press = (modifiers: number, key: number) =>
    reports.push(
      Uint8Array.of(modifiers, 0, key, 0, 0, 0, 0, 0),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0),
    )
  if (capsLock) press(0, caps)
  for (const character of text) {
    const key = keys.get(character)
    if (key === undefined) throw new RangeError('a keyboard can not type this text')
    const turns = capsLock !== toldOfCapsLock && layout.capsTurns(key.key)
    const shifted = (key.level === 'shift') !== turns
    press(key.level === 'altGr' ? altGr : shifted ? shift : 0, key.key)
    if (key.dead) press(0, space)
  }
  if (capsLock) press(0, caps)
  press(0, enter)
  return reports
}

export interface SimHidOptions extends Omit<WedgeTyping, 'toldOfCapsLock'> {
  /** Left out by many cheap scanners, or the same in each of them. Default `SIM1`; '' for none. */
  readonly serial?: string
  /** USB port, as `1-1.2`; default `1-1`. */
  readonly port?: string
}

export interface SimHidScanner {
  /** Give this to a driver. */
  readonly backend: HidBackend
  /** The scanner reads a code. Nothing happens while it is unplugged or nobody has it open. */
  scan(text: string): void
  send(reports: readonly Uint8Array[]): void
  /** The host's Caps Lock is on, and its keyboards are told so. */
  tellOfCapsLock(): void
  unplug(): void
  replug(): void
  /** How many programs have it open. */
  readonly openHandles: number
}

const capsLed = 0x02

export function createSimHidScanner(
  profile: 'pos' | 'wedge',
  options: SimHidOptions = {},
): SimHidScanner {
  const { serial = 'SIM1', port = '1-1', ...typing } = options
  const info: HidInfo = {
    path: `sim-${profile}-${port}`,
    vendorId: 0x0c2e,
    productId: profile === 'pos' ? 0x0b07 : 0x0b01,
    port,
    ...(serial === '' ? {} : { serial }),
  }
  const usagePage = profile === 'pos' ? hidPosUsagePage : 0x01
  const reports = createListeners<[Uint8Array]>()
  const errors = createListeners<[Error]>()
  let plugged = true
  let openHandles = 0
  let leds = 0

  function open(): HidHandle {
    if (!plugged) throw new Error('cannot open device')
    openHandles += 1
    let mine = true
    return {
      onReport: listener => reports.add(report => mine && listener(report)),
      onError: listener => errors.add(error => mine && listener(error)),
      write(report) {
        if (profile === 'pos') throw new Error('no output reports')
        leds = report[1] ?? 0
      },
      close() {
        if (mine) openHandles -= 1
        mine = false
      },
    }
  }

  function send(stream: readonly Uint8Array[]): void {
    if (plugged) for (const report of stream) reports.emit(report)
  }

  function scan(text: string): void {
    const toldOfCapsLock = (leds & capsLed) !== 0
    send(profile === 'pos' ? posReports(text) : wedgeReports(text, { ...typing, toldOfCapsLock }))
  }

  return {
    backend: {
      // Only the kernel's own view has usage pages.
      devices: async access =>
        plugged ? [access === 'hidraw' ? { ...info, usagePage } : info] : [],
      open: async () => open(),
    },
    scan,
    send,
    tellOfCapsLock() {
      leds = capsLed
    },
    unplug() {
      plugged = false
      errors.emit(new Error('could not read from HID device'))
    },
    replug() {
      plugged = true
    },
    get openHandles() {
      return openHandles
    },
  }
}

/** Several scanners on one machine. */
export function createSimHidBus(scanners: readonly SimHidScanner[]): HidBackend {
  const listed = (access: HidAccess) =>
    Promise.all(scanners.map(({ backend }) => backend.devices(access)))
  return {
    devices: async access => (await listed(access)).flat(),
    async open(path, access) {
      const at = (await listed(access)).findIndex(found => found.some(one => one.path === path))
      const scanner = scanners[at]
      if (scanner === undefined) throw new Error('cannot open device')
      return scanner.backend.open(path, access)
    },
  }
}
