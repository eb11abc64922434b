/** Faults of a gate board in use, with their remedy for a technician. */
import { DeviceError } from '../errors.ts'

/** `what`: e.g. "stopped answering". */
export function silent(name: string, what: string): DeviceError {
  return new DeviceError(
    'DEVICE_SILENT',
    name,
    `${name}: ${what}; check its power and that it runs the gate firmware at this baud rate`,
  )
}

export function restarted(name: string): DeviceError {
  return new DeviceError(
    'DEVICE_SILENT',
    name,
    `${name}: the board restarted by itself; check its power supply and its cable`,
  )
}

export function dropped(name: string): DeviceError {
  return new DeviceError(
    'DEVICE_SILENT',
    name,
    `${name}: the board dropped its relays because this program was silent for too long; ` +
      'look for what held the machine up',
  )
}

export function noisy(name: string): DeviceError {
  return new DeviceError(
    'DEVICE_NOISY',
    name,
    `${name}: the line carried noise for 2 s without a pause; check the shield, the ground and ` +
      'the length of the cable, or flash the gate firmware, whose messages noise can not forge',
  )
}

export function noDeadman(name: string, firmware = 'unknown firmware'): DeviceError {
  return new DeviceError(
    'NO_DEADMAN',
    name,
    `${name}: ${firmware} has no dead-man, a relay would stay on when this program dies; ` +
      'flash the gate firmware, or wire a timer relay and say deadman: "external"',
  )
}

export function otherFirmware(name: string, version: string, wanted: number): DeviceError {
  return new DeviceError(
    'FIRMWARE_VERSION',
    name,
    `${name}: the board runs gate firmware ${version}, this program works with ${wanted}.x; ` +
      'flash hardware/firmware/gate.hex of this program',
  )
}

export function badPin(name: string, pin: number): DeviceError {
  return new DeviceError(
    'BAD_PINS',
    name,
    `${name}: this board can't use pin ${pin} as the pin map asks; use another pin or board`,
  )
}
