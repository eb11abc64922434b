/** A HID device that is opened by one reader of the process, and switched as a scanner needs it. */
import { DeviceError } from '../errors.ts'
import type { HidAccess, HidBackend, HidHandle } from './hid-backend.ts'
import { deviceKey, type HidChoice } from './hid-choice.ts'

/** Devices that are open, by whom: a second reader of one process must not open one twice. */
const claims = new WeakMap<HidBackend, Map<string, string>>()

function claimsOf(backend: HidBackend): Map<string, string> {
  const known = claims.get(backend) ?? new Map<string, string>()
  claims.set(backend, known)
  return known
}

/**
 * Opens a device for this reader alone. Rejects with DeviceError `DEVICE_BUSY` where another reader of
 * this process has it, and `DEVICE_DENIED` where the system refuses.
 */
export async function openHid(
  name: string,
  backend: HidBackend,
  { info, access }: HidChoice,
): Promise<HidHandle> {
  const claimed = claimsOf(backend)
  const key = deviceKey(info)
  const other = claimed.get(key)
  if (other !== undefined) {
    throw new DeviceError(
      'DEVICE_BUSY',
      name,
      `${name}: ${other} has this scanner open; name each by its serial number or USB port`,
    )
  }
  claimed.set(key, name)
  try {
    const handle = await backend.open(info.path, access)
    switchLedsOff(handle, access)
    return {
      ...handle,
      close() {
        claimed.delete(key)
        handle.close()
      },
    }
  } catch (error) {
    claimed.delete(key)
    throw new DeviceError(
      'DEVICE_DENIED',
      name,
      `${name}: the scanner is there but can't be opened; give this program's user access to it ` +
        'by a udev rule, and stop other programs that use it',
      error,
    )
  }
}

/**
 * A keyboard that the host told of its Caps Lock may turn Shift round to make up for it. Here is no
 * Caps Lock: Num Lock, Caps Lock and Scroll Lock off (USB HID 1.11, appendix B.1).
 */
function switchLedsOff(handle: HidHandle, access: HidAccess): void {
  if (access !== 'libusb') return
  try {
    handle.write?.(Uint8Array.of(0, 0))
  } catch {
    // A scanner without LEDs takes no such report, and needs none.
  }
}
