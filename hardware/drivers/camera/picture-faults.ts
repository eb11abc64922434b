/** What is wrong with the pictures of a camera that is open, in words. */
import { DeviceError } from '../../errors.ts'

export function stalled(name: string): DeviceError {
  return new DeviceError(
    'CAMERA_STALLED',
    name,
    `${name}: no frame comes; check the camera's power, cable and network, it is opened anew by itself`,
  )
}

export function frozen(name: string): DeviceError {
  return new DeviceError(
    'CAMERA_FROZEN',
    name,
    `${name}: the picture stands still; switch the camera off and on, it is opened anew by itself`,
  )
}

export function blind(name: string, code: 'CAMERA_BLACK' | 'CAMERA_COVERED'): DeviceError {
  const what = code === 'CAMERA_BLACK' ? 'the picture is black' : 'the picture shows nothing'
  const remedy =
    code === 'CAMERA_BLACK' ? 'light the place and free the lens' : 'free the lens and clean it'
  return new DeviceError(code, name, `${name}: ${what}; ${remedy}`)
}
