/** Why a camera's program ended, from the last line that it wrote to standard error. */
import { DeviceError, type DeviceErrorCode } from '../../errors.ts'

export interface ProgramEnd {
  readonly name: string
  readonly program: string
  /** `ended with 1`, `ended by SIGSEGV`. */
  readonly how: string
  /** A frame had come. */
  readonly seen: boolean
  /** The end of its standard error, without secrets. */
  readonly words: string
}

interface Meaning {
  readonly pattern: RegExp
  readonly code: DeviceErrorCode
  readonly remedy: string
}

/** ffmpeg's and rpicam-vid's own words. */
const MEANINGS: readonly Meaning[] = [
  {
    pattern: /no such (file|device)|cannot open video device|no cameras available/i,
    code: 'DEVICE_MISSING',
    remedy: 'check that the camera is plugged in and that the config names it',
  },
  {
    pattern: /resource busy|in use by another process|failed to acquire camera/i,
    code: 'DEVICE_BUSY',
    remedy: 'stop the other program that uses the camera',
  },
  {
    pattern: /permission denied/i,
    code: 'DEVICE_DENIED',
    remedy: "add this program's user to the group video",
  },
]

/** `DEVICE_UNPLUGGED` for a camera that is missing after it had shown a frame. */
export function faultOfWords({ name, program, how, seen, words }: ProgramEnd): DeviceError {
  const lines = words.split(/[\r\n]+/).filter(line => line.trim() !== '')
  const last = lines.at(-1)?.trim().slice(0, LINE_CHARS_MAX)
  const meaning = MEANINGS.find(one => one.pattern.test(words))
  const code = meaning?.code ?? 'CAMERA_ENDED'
  const remedy = meaning?.remedy ?? "check the camera's plug and power, and its config"
  return new DeviceError(
    seen && code === 'DEVICE_MISSING' ? 'DEVICE_UNPLUGGED' : code,
    name,
    `${name}: ${program} ${how}${last === undefined ? '' : ` (${last})`}; ${remedy}, it is started again by itself`,
  )
}

const LINE_CHARS_MAX = 200
