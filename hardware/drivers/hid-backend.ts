/**
 * The source of HID devices: a small port with node-hid behind it, so that tests bring their own
 * devices.
 */
import { realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { HID, Device as NodeHidDevice } from 'node-hid'
import type { Unsubscribe } from '../ports.ts'

/** `vendorId` and `productId` are numbers as USB has them. A device may show several of these. */
export interface HidInfo {
  readonly path: string
  readonly vendorId: number
  readonly productId: number
  readonly serial?: string
  readonly usagePage?: number
  /** USB bus and port that it is plugged into, as `1-1.2`; absent where the system does not say. */
  readonly port?: string
}

export interface HidHandle {
  onReport(listener: (report: Uint8Array) => void): Unsubscribe
  /** The device is gone; the handle is of no use any more. */
  onError(listener: (error: Error) => void): Unsubscribe
  /** An output report, its id first. Throws where the device takes none. */
  write?(report: Uint8Array): void
  close(): void
}

/** How Linux hands a device over; no difference elsewhere. */
export type HidAccess =
  /** The kernel's raw reports, with usage pages. The kernel keeps what it makes of the device. */
  | 'hidraw'
  /** Takes the device away from the kernel, so that a wedge can't type into the console too. */
  | 'libusb'

export interface HidBackend {
  /** What can be opened this way now. Rejects when the system lacks what that needs. */
  devices(access: HidAccess): Promise<readonly HidInfo[]>
  /** Rejects when the device is held by another program or access is refused. */
  open(path: string, access: HidAccess): Promise<HidHandle>
}

type NodeHid = typeof import('node-hid')

const loaded = new Map<HidAccess, NodeHid>()

/**
 * A module instance of node-hid has one native library for its life, so each access has an instance of
 * its own: then POS scanners and wedges work in one process. `binding-options` is changed by the
 * first load and must be read anew too.
 */
function load(access: HidAccess): NodeHid {
  const known = loaded.get(access)
  if (known !== undefined) return known
  const require = createRequire(import.meta.url)
  for (const file of ['node-hid', 'node-hid/binding-options.js']) {
    delete require.cache[require.resolve(file)]
  }
  const hid: NodeHid = require('node-hid')
  hid.setDriverType(access)
  hid.getHidapiVersion()
  loaded.set(access, hid)
  return hid
}

/** node-hid; nothing of it is loaded before its first use. */
export function createNodeHidBackend(): HidBackend {
  return {
    async devices(access) {
      const found = await load(access).devicesAsync()
      return Promise.all(found.filter(hasPath).map(infoOf))
    },
    open: async (path, access) => handleOf(new (load(access).HID)(path)),
  }
}

type WithPath = NodeHidDevice & { path: string }

function hasPath(device: NodeHidDevice): device is WithPath {
  return device.path !== undefined && device.path !== ''
}

async function infoOf({ path, vendorId, productId, ...device }: WithPath): Promise<HidInfo> {
  const port = usbPort(path) ?? usbPort(await kernelPath(path))
  return {
    ...{ path, vendorId, productId },
    ...(device.serialNumber ? { serial: device.serialNumber } : {}),
    ...(device.usagePage === undefined ? {} : { usagePage: device.usagePage }),
    ...(port === undefined ? {} : { port }),
  }
}

/** `1-1.2` of `1-1.2:1.0`, which is hidapi's path with libusb and a folder of the kernel's tree. */
export function usbPort(path: string): string | undefined {
  return /(?:^|\/)(\d+-\d+(?:\.\d+)*):\d+\.\d+(?:\/|$)/.exec(path)?.[1]
}

/** Where `/dev/hidraw0` hangs in the kernel's tree of devices; empty where it can't be told. */
async function kernelPath(path: string): Promise<string> {
  const name = /^\/dev\/(hidraw\d+)$/.exec(path)?.[1]
  if (name === undefined) return ''
  return realpath(`/sys/class/hidraw/${name}`).catch(() => '')
}

function handleOf(device: HID): HidHandle {
  device.on('error', () => {})
  return {
    onReport(listener) {
      const receive = (data: Uint8Array) => listener(data)
      device.on('data', receive)
      return () => void device.off('data', receive)
    },
    onError(listener) {
      device.on('error', listener)
      return () => void device.off('error', listener)
    },
    write: report => void device.write([...report]),
    close: () => device.close(),
  }
}
