/** What a technician does about a device that is lost, by the code of its error. */
export const DEVICE_REMEDIES = {
  DEVICE_MISSING: 'See that the device is plugged in and that the config names its port',
  DEVICE_AMBIGUOUS: 'Name one of the equal devices by a line that the message gives',
  DEVICE_BUSY: 'End the other program that holds the port',
  DEVICE_DENIED: 'Give the gate’s user access to the port',
  DEVICE_UNPLUGGED: 'Plug the cable in again, and see whether it sits firmly',
  DEVICE_SILENT: 'Switch the device off and on; see that the config names its profile and speed',
  DEVICE_NOISY: 'Keep the cable away from mains and motors, or shield it',
  DECODER_FAILED: 'Set the camera to a smaller picture, or to the other engine',
  FIRMWARE_VERSION: 'Load the gate firmware of this version onto the board',
  DEVICE_DETACHED: 'Wait until the board is found again',
  NO_DEADMAN: 'Load the gate firmware, or name the external dead-man in the config',
  CAMERA_PROGRAM: 'Install the Debian package that the message names',
  CAMERA_ENDED:
    'See the message for the last words of the camera’s program; see its plug and power',
  CAMERA_STALLED: 'Switch the camera off and on; see its cable and its network',
  CAMERA_FROZEN: 'Switch the camera off and on',
  CAMERA_BLACK: 'See that the place is lit and that the lens is free',
  CAMERA_COVERED: 'Take away what covers the lens, and clean it',
  CAMERA_SIZE: 'Name a size in the config that the camera has',
  PICTURE_BROKEN: 'See the camera’s network; of a file: make the picture again',
  PICTURE_TOO_LARGE: 'Set the camera to a smaller picture',
  CAMERA_LOGIN:
    'Put the camera’s name and password into the config, and set it to Digest or Basic login',
  CAMERA_PASSWORD:
    'Correct the camera’s name and password in the config, and see its user’s rights',
  CAMERA_REDIRECTS: 'Put the address into the config that the camera sends to',
  CAMERA_REFUSES: 'See the camera’s address in the config, and that its stream is switched on',
  CAMERA_CONTENT:
    'Put the address of the camera’s MJPEG stream or of its still picture into the config',
  CAMERA_HEADERS: 'See that the address in the config is a camera',
  CAMERA_ENDLESS: 'See that the address in the config is an MJPEG stream',
  CAMERA_FOLDER_FULL: 'Take old pictures out of the watched folder',
  BAD_PINS: 'Mend the pins of the board in the config',
} as const
export type DeviceFaultCode = keyof typeof DEVICE_REMEDIES
