/** Which HID device a reader's config means: one, none, or several that must be told apart. */
import { DeviceError } from '../errors.ts'
import type { HidAccess, HidBackend, HidInfo } from './hid-backend.ts'
import { hidPosUsagePage } from './hid-pos.ts'

export type HidProfile = 'auto' | 'pos' | 'wedge'

export interface HidWanted {
  /** The reader's name, for errors. */
  readonly name: string
  readonly profile: HidProfile
  /** `vendor:product[:serial]` in hex. */
  readonly device?: string | undefined
  /** USB port, as `1-1.2`. */
  readonly path?: string | undefined
}

export interface HidChoice {
  readonly info: HidInfo
  readonly access: HidAccess
}

const deviceName = /^([0-9a-f]{4}):([0-9a-f]{4})(?::(.{1,128}))?$/i

/** Throws RangeError for a name that is none, and for a wedge without one. */
export function checkWanted({ name, profile, device, path }: HidWanted): void {
  if (device !== undefined && !deviceName.test(device)) {
    throw new RangeError(`${name}: "${device}" is not vendor:product[:serial]`)
  }
  if (profile === 'wedge' && device === undefined && path === undefined) {
    throw new RangeError(`${name}: a keyboard wedge must be named by vendor:product or by its port`)
  }
}

/** Rejects with DeviceError `DEVICE_MISSING` or `DEVICE_AMBIGUOUS`, or with what the backend throws. */
export async function chooseHid(wanted: HidWanted, backend: HidBackend): Promise<HidChoice> {
  const named = wanted.device !== undefined || wanted.path !== undefined
  const fits = matcher(wanted)
  const list = async (access: HidAccess) => (await backend.devices(access)).filter(fits)
  if (wanted.profile !== 'wedge') {
    const all = await list('hidraw')
    const pos = all.filter(info => info.usagePage === hidPosUsagePage)
    // A scanner may show several interfaces; the one with the POS page is meant then.
    const meant = pos.length > 0 || wanted.profile === 'auto' || !named ? pos : all
    if (meant.length > 0) return { info: only(wanted, meant), access: 'hidraw' }
  }
  const taken = wanted.profile === 'pos' || !named ? [] : await list('libusb')
  return { info: only(wanted, taken), access: 'libusb' }
}

function matcher({ device, path }: HidWanted): (info: HidInfo) => boolean {
  const [, vendor = '', product = '', serial] = deviceName.exec(device ?? '') ?? []
  return info =>
    (path === undefined || info.port === path) &&
    (device === undefined ||
      (info.vendorId === Number.parseInt(vendor, 16) &&
        info.productId === Number.parseInt(product, 16) &&
        (serial === undefined || info.serial === serial)))
}

/** The same for each interface of one device. */
export function deviceKey(info: HidInfo): string {
  return info.port ?? (info.serial ? `${nameOf(info)}:${info.serial}` : info.path)
}

function only(wanted: HidWanted, found: readonly HidInfo[]): HidInfo {
  const devices = [...new Map(found.toReversed().map(info => [deviceKey(info), info])).values()]
  const [first, second] = devices
  if (first === undefined) throw missing(wanted)
  if (second === undefined) return first
  const lines = devices.toReversed().map(info => lineFor(info, devices))
  throw new DeviceError(
    'DEVICE_AMBIGUOUS',
    wanted.name,
    `${wanted.name}: ${devices.length} devices are ${said(wanted)}; write the line of one into this ` +
      `reader's config: ${lines.join(' or ')}`,
  )
}

/** What in a config names this device and none of the others. */
function lineFor(info: HidInfo, all: readonly HidInfo[]): string {
  const alone = (is: (other: HidInfo) => boolean) => all.filter(is).length === 1
  const name = nameOf(info)
  if (alone(other => nameOf(other) === name)) return `"device": "${name}"`
  if (info.serial && alone(other => nameOf(other) === name && other.serial === info.serial)) {
    return `"device": "${name}:${info.serial}"`
  }
  if (info.port !== undefined) return `"path": "${info.port}"`
  return `none for the ${name} at ${info.path}, which nothing tells apart here`
}

function nameOf({ vendorId, productId }: HidInfo): string {
  return [vendorId, productId].map(id => id.toString(16).padStart(4, '0')).join(':')
}

function said({ device, path }: HidWanted): string {
  const where = path === undefined ? [] : [`at USB port ${path}`]
  return [device ?? 'an HID scanner', ...where].join(' ')
}

export function missing(wanted: HidWanted, cause?: unknown): DeviceError {
  const { name, device, path } = wanted
  const what = device === undefined && path === undefined ? 'an HID POS scanner' : said(wanted)
  return new DeviceError(
    'DEVICE_MISSING',
    name,
    `${name}: ${what} is not plugged in; check the cable and the scanner's USB mode`,
    cause,
  )
}
