/** Device faults: a stable code, the port's name, and what a technician should do. */

export type DeviceErrorCode =
  /** No such port, or nothing answers there. */
  | 'DEVICE_MISSING'
  /** Another process holds the port. */
  | 'DEVICE_BUSY'
  /** The system refused access. */
  | 'DEVICE_DENIED'
  /** It was there and went away. */
  | 'DEVICE_UNPLUGGED'
  /** It is there but does not answer, or answers nonsense. */
  | 'DEVICE_SILENT'
  /** Its line carries more noise than a board without checked messages can be read through. */
  | 'DEVICE_NOISY'
  /** A board whose gate firmware is of another version than this program. */
  | 'FIRMWARE_VERSION'
  /** The call needs a connected device and there is none just now. */
  | 'DEVICE_DETACHED'
  /** A board without a dead-man, and the config does not name an external one. */
  | 'NO_DEADMAN'
  /** The pin map asks for something the board or good sense does not allow. */
  | 'BAD_PINS'

/** `message` says what happened and what to do; `port` is the name from the config. */
export class DeviceError extends Error {
  readonly code: DeviceErrorCode
  readonly port: string

  constructor(code: DeviceErrorCode, port: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DeviceError'
    this.code = code
    this.port = port
  }
}
