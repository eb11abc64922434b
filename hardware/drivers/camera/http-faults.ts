/** Faults of a camera on the network. */
import { DeviceError, type DeviceErrorCode } from '../../errors.ts'
import { shownUrl } from './without-secrets.ts'

/** What an answer's status says; null for 200. */
export function faultOfStatus(name: string, url: string, status: number): DeviceError | null {
  if (status === 200) return null
  const shown = shownUrl(url)
  if (status >= 300 && status < 400) {
    return fault(
      'CAMERA_REDIRECTS',
      name,
      `${shown} sends elsewhere; put that address into the config`,
    )
  }
  if (status === 403) {
    const remedy = 'put name and password of a user into the config who may see its picture'
    return fault('CAMERA_LOGIN', name, `${shown} refuses the login (403); ${remedy}`)
  }
  return fault(
    'CAMERA_REFUSES',
    name,
    `${shown} answers ${status}; check the address and the camera`,
  )
}

/** Why a camera that asks for a login (401) can't be asked again. */
export function faultOfLogin(
  name: string,
  url: string,
  why: 'NO_CREDENTIALS' | 'UNKNOWN_METHOD' | 'REFUSED',
): DeviceError {
  const [code, message] = LOGINS[why]
  return fault(code, name, `${shownUrl(url)} ${message}`)
}

const LOGINS = {
  NO_CREDENTIALS: [
    'CAMERA_LOGIN',
    "asks for a login; put the camera's name and password into the config",
  ],
  UNKNOWN_METHOD: [
    'CAMERA_LOGIN',
    'asks for a login of a kind that is not known; set the camera to Digest (MD5 or SHA-256) or Basic',
  ],
  REFUSED: [
    'CAMERA_PASSWORD',
    'refuses the name and password of the config; correct them there or at the camera',
  ],
} as const

/** Why no answer came, or why it broke off. */
export function faultOfRequest(
  name: string,
  url: string,
  cause: NodeJS.ErrnoException,
): DeviceError {
  const shown = shownUrl(url)
  switch (cause.code) {
    case 'HPE_HEADER_OVERFLOW':
      return headersTooLong(name, url)
    case 'ECONNRESET':
    case 'EPIPE':
      return ended(name, url)
    default:
      return fault(
        'DEVICE_MISSING',
        name,
        `${shown} does not answer (${cause.code ?? 'no HTTP'}); check address, cable and power`,
      )
  }
}

export function ended(name: string, url: string): DeviceError {
  return fault(
    'CAMERA_ENDED',
    name,
    `${shownUrl(url)} ended its stream; it is opened anew by itself`,
  )
}

export function headersTooLong(name: string, url: string): DeviceError {
  const remedy = 'check that the address is a camera'
  return fault('CAMERA_HEADERS', name, `${shownUrl(url)} sends headers without end; ${remedy}`)
}

export function endless(name: string, url: string): DeviceError {
  const remedy = 'check that the address is an MJPEG stream'
  return fault('CAMERA_ENDLESS', name, `${shownUrl(url)} sends no mark between pictures; ${remedy}`)
}

export function notPictures(name: string, url: string, contentType: string): DeviceError {
  const shownType = contentType.replace(/[^\x20-\x7e]/g, '').slice(0, TYPE_CHARS_MAX)
  const what = shownType === '' ? 'nothing that it names' : shownType
  const remedy = "name the camera's MJPEG stream or still picture"
  return fault('CAMERA_CONTENT', name, `${shownUrl(url)} answers with ${what}; ${remedy}`)
}

const TYPE_CHARS_MAX = 60

function fault(code: DeviceErrorCode, name: string, message: string): DeviceError {
  return new DeviceError(code, name, `${name}: ${message}`)
}
