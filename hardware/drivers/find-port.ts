/**
 * Finds the path of a serial port named by its USB identity, and lists what is there.
 *
 * The library's own listing runs udevadm and rejects where that is missing (containers, small
 * images), so the kernel's own tree under /sys is read instead then.
 */
import { readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SerialPort } from 'serialport'
import { DeviceError } from '../errors.ts'

/** `vendorId` and `productId` are four lower-case hex digits. */
export interface FoundPort {
  readonly path: string
  readonly vendorId?: string
  readonly productId?: string
  readonly serial?: string
}

/** How ports are listed; replaced in tests. */
export type ListPorts = () => Promise<readonly FoundPort[]>

const usbName = /^([0-9a-f]{4}):([0-9a-f]{4})(?::(.{1,128}))?$/i
/** A tty's USB device is a few folders above it. */
const parentsMax = 6

/**
 * `port` from a config: a path (`/dev/ttyACM0`, `COM3`), or `vendor:product` or
 * `vendor:product:serial` in hex. Rejects with DeviceError `DEVICE_MISSING`.
 */
export async function findPortPath(
  name: string,
  port: string,
  list: ListPorts = listPorts,
): Promise<string> {
  const match = usbName.exec(port)
  if (match === null) return port
  const [, vendorId, productId, serial] = match
  const matches = (await list()).filter(
    found =>
      found.vendorId === vendorId?.toLowerCase() &&
      found.productId === productId?.toLowerCase() &&
      (serial === undefined || found.serial === serial),
  )
  const first = matches[0]
  if (first === undefined) {
    throw new DeviceError(
      'DEVICE_MISSING',
      name,
      `${name}: no USB device ${port} is plugged in; check the cable, or name the port by path`,
    )
  }
  if (matches.length > 1) {
    throw new DeviceError(
      'DEVICE_MISSING',
      name,
      `${name}: ${matches.length} devices are ${port}; name one by vendor:product:serial or by path`,
    )
  }
  return first.path
}

/** All serial ports known to the system; empty rather than failing when nothing can be listed. */
export const listPorts: ListPorts = async () => {
  try {
    const ports = await SerialPort.list()
    return ports.map(port => ({
      path: port.path,
      ...(port.vendorId === undefined ? {} : { vendorId: port.vendorId.toLowerCase() }),
      ...(port.productId === undefined ? {} : { productId: port.productId.toLowerCase() }),
      ...(port.serialNumber === undefined ? {} : { serial: port.serialNumber }),
    }))
  } catch {
    return listPortsFromSys()
  }
}

/** Reads `root` (Linux: /sys/class/tty). Exported for its test. */
export async function listPortsFromSys(root = '/sys/class/tty'): Promise<FoundPort[]> {
  const names = await readdir(root).catch(() => [])
  const found: FoundPort[] = []
  for (const name of names) {
    let folder = await realpath(join(root, name, 'device')).catch(() => null)
    for (let up = 0; folder !== null && up < parentsMax; up += 1) {
      const vendorId = await readId(folder, 'idVendor')
      const productId = await readId(folder, 'idProduct')
      if (vendorId !== undefined && productId !== undefined) {
        const serial = await readId(folder, 'serial')
        found.push({
          path: `/dev/${name}`,
          vendorId: vendorId.toLowerCase(),
          productId: productId.toLowerCase(),
          ...(serial === undefined ? {} : { serial }),
        })
        break
      }
      folder = dirname(folder)
    }
  }
  return found
}

async function readId(folder: string, file: string): Promise<string | undefined> {
  const text = await readFile(join(folder, file), 'utf8').catch(() => undefined)
  return text?.trim()
}
