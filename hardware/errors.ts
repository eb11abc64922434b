/** Device faults: a stable code, the port's name, and what a technician should do. */

export type DeviceErrorCode =
  /** No such port, or nothing answers there. */
  | 'DEVICE_MISSING'
  /** Several devices are what the config names. */
  | 'DEVICE_AMBIGUOUS'
  /** Another process, or another reader of this one, holds the port. */
  | 'DEVICE_BUSY'
  /** The system refused access. */
  | 'DEVICE_DENIED'
  /** It was there and went away. */
  | 'DEVICE_UNPLUGGED'
  /** It is there but does not answer, or answers nonsense. */
  | 'DEVICE_SILENT'
  /** Its line carries more noise than a board without checked messages can be read through. */
  | 'DEVICE_NOISY'
  /** What decodes a camera's frames died or hangs. */
  | 'DECODER_FAILED'
  /** A board whose gate firmware is of another version than this program. */
  | 'FIRMWARE_VERSION'
  /** The call needs a connected device and there is none just now. */
  | 'DEVICE_DETACHED'
  /** A board without a dead-man, and the config does not name an external one. */
  | 'NO_DEADMAN'
  /** The program that reads the camera is not installed. */
  | 'CAMERA_PROGRAM'
  /** The program, or the camera's stream, ended by itself. */
  | 'CAMERA_ENDED'
  /** The camera is open and no frame comes. */
  | 'CAMERA_STALLED'
  /** The camera gives the same frame again and again. */
  | 'CAMERA_FROZEN'
  /** A warning: the camera sees no light. */
  | 'CAMERA_BLACK'
  /** A warning: the camera sees light and no shapes. */
  | 'CAMERA_COVERED'
  /** The camera's frames are not of the size that was asked for. */
  | 'CAMERA_SIZE'
  /** A picture is cut off, or is none. */
  | 'PICTURE_BROKEN'
  /** A picture has more pixels or bytes than any camera's. */
  | 'PICTURE_TOO_LARGE'
  /** The camera asks for a name and a password, and the config has none that it takes. */
  | 'CAMERA_LOGIN'
  /** The camera refuses the name and the password of the config. */
  | 'CAMERA_PASSWORD'
  /** The camera's address sends elsewhere. */
  | 'CAMERA_REDIRECTS'
  /** The camera's address answers with an error. */
  | 'CAMERA_REFUSES'
  /** What the camera's address answers with is neither a stream of pictures nor a picture. */
  | 'CAMERA_CONTENT'
  /** The answer or a picture in it has longer headers than any camera's. */
  | 'CAMERA_HEADERS'
  /** The stream goes on without a mark between pictures. */
  | 'CAMERA_ENDLESS'
  /** More pictures are in the watched folder than are looked through. */
  | 'CAMERA_FOLDER_FULL'
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
