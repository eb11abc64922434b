/**
 * Where HID devices come from: a small port with node-hid behind it, so that tests bring their own
 * devices.
 */
import type { HID, Device as NodeHidDevice } from 'node-hid'
import type { Unsubscribe } from '../ports.ts'

/** `vendorId` and `productId` are numbers as USB has them. */
export interface HidInfo {
  readonly path: string
  readonly vendorId: number
  readonly productId: number
  readonly serial?: string
  readonly usagePage?: number
}

export interface HidHandle {
  onReport(listener: (report: Uint8Array) => void): Unsubscribe
  /** The device is gone; the handle is of no use any more. */
  onError(listener: (error: Error) => void): Unsubscribe
  close(): void
}

export interface HidBackend {
  devices(): Promise<readonly HidInfo[]>
  /** Rejects when the device is held by another program or access is refused. */
  open(path: string): Promise<HidHandle>
}

/** How Linux hands a device over; no difference elsewhere. */
export type HidAccess =
  /** The kernel's raw reports, with usage pages. The kernel keeps what it makes of the device. */
  | 'hidraw'
  /** Takes the device away from the kernel, so that a wedge can't type into the console too. */
  | 'libusb'

let loaded: HidAccess | null = null

/** node-hid. Rejects when the system lacks what it needs, or it is in use the other way already. */
export async function createNodeHidBackend(access: HidAccess): Promise<HidBackend> {
  if (loaded !== null && loaded !== access) {
    throw new Error(`one process can't use both hidraw and libusb; ${loaded} is in use`)
  }
  const hid = (await import('node-hid')).default
  hid.setDriverType(access)
  hid.getHidapiVersion()
  loaded = access
  return {
    async devices() {
      return (await hid.devicesAsync()).filter(hasPath).map(device => ({
        path: device.path,
        vendorId: device.vendorId,
        productId: device.productId,
        ...(device.serialNumber === undefined ? {} : { serial: device.serialNumber }),
        ...(device.usagePage === undefined ? {} : { usagePage: device.usagePage }),
      }))
    },
    open: async path => handleOf(new hid.HID(path)),
  }
}

function hasPath(device: NodeHidDevice): device is NodeHidDevice & { path: string } {
  return device.path !== undefined && device.path !== ''
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
    close: () => device.close(),
  }
}
