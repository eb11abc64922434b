/** Report streams of HID scanners, and a USB bus of its own to plug such a scanner into. */
import type { HidBackend, HidHandle, HidInfo } from '../drivers/hid-backend.ts'
import { hidPosUsagePage } from '../drivers/hid-pos.ts'
import { wedgeKeys } from '../drivers/hid-wedge.ts'
import { createListeners } from '../listeners.ts'

const reportBytes = 64
const dataMax = 56
const shift = 0x02
const enter = 0x28
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

/** The keyboard reports of one code: a press and a release for each character, then Enter. */
export function wedgeReports(text: string): Uint8Array[] {
  const reports: Uint8Array[] = []
  const press = (modifiers: number, key: number) =>
    reports.push(
      Uint8Array.of(modifiers, 0, key, 0, 0, 0, 0, 0),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0),
    )
  for (const character of text) {
    const key = wedgeKeys.get(character)
    if (key === undefined) throw new RangeError('a keyboard can not type this text')
    press(key.shift ? shift : 0, key.key)
  }
  press(0, enter)
  return reports
}

export interface SimHidScanner {
  /** Give this to a driver. */
  readonly backend: HidBackend
  /** The scanner reads a code. Nothing happens while it is unplugged or nobody has it open. */
  scan(text: string): void
  send(reports: readonly Uint8Array[]): void
  unplug(): void
  replug(): void
  /** How many programs have it open. */
  readonly openHandles: number
}

export function createSimHidScanner(profile: 'pos' | 'wedge'): SimHidScanner {
  const info: HidInfo = {
    path: `sim-${profile}`,
    vendorId: 0x0c2e,
    productId: profile === 'pos' ? 0x0b07 : 0x0b01,
    serial: 'SIM1',
    usagePage: profile === 'pos' ? hidPosUsagePage : 0x01,
  }
  const reports = createListeners<[Uint8Array]>()
  const errors = createListeners<[Error]>()
  let plugged = true
  let openHandles = 0

  function open(): HidHandle {
    if (!plugged) throw new Error('cannot open device')
    openHandles += 1
    let mine = true
    return {
      onReport: listener => reports.add(report => mine && listener(report)),
      onError: listener => errors.add(error => mine && listener(error)),
      close() {
        if (mine) openHandles -= 1
        mine = false
      },
    }
  }

  function send(stream: readonly Uint8Array[]): void {
    if (plugged) for (const report of stream) reports.emit(report)
  }

  return {
    backend: {
      devices: async () => (plugged ? [info] : []),
      open: async () => open(),
    },
    scan: text => send(profile === 'pos' ? posReports(text) : wedgeReports(text)),
    send,
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
