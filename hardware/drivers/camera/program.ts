/**
 * A program that writes raw frames to its standard output, as one opening of a camera. It is read
 * all the time, so that the program never waits and never queues. It is killed on close; when this
 * process dies without one, the broken pipe ends the program with its next frame.
 */
import { spawn } from 'node:child_process'
import { DeviceError } from '../../errors.ts'
import { programEndMsMax, programWordsBytesMax } from '../../limits.ts'
import type { Clock, Timers } from '../../ports.ts'
import { createSlipWatch } from './frame-slip.ts'
import { faultOfWords } from './program-faults.ts'
import { createRawFrames, type RawLayout } from './raw-frames.ts'
import type { Feed, FeedEvents } from './reopened-source.ts'

export interface CameraProgram {
  /** The device's name in messages. */
  readonly name: string
  /** A name that is looked up in PATH, or a path. */
  readonly program: string
  readonly args: readonly string[]
  /** Debian's package that has the program. */
  readonly debianPackage: string
  readonly layout: RawLayout
  readonly clock: Clock
  readonly timers: Timers
  /** Takes secrets out of what the program wrote. */
  readonly clean: (words: string) => string
}

/** Starts the program. Memory: one frame, and the last 4 KB of its standard error. */
export function openProgram(options: CameraProgram, events: FeedEvents): Feed {
  const { name, program, clock } = options
  let seen = false
  let words: Buffer = Buffer.alloc(0)
  let ended = false
  const child = spawn(program, options.args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const gone = new Promise<void>(resolve => {
    child.once('exit', resolve)
    child.once('error', () => resolve())
  })
  const slip = createSlipWatch()
  const frames = createRawFrames(options.layout, frame => {
    seen = true
    if (slip.slipped(frame)) events.fault(wrongSize(options))
    else events.frame(frame)
  })
  child.stdout?.on('data', (bytes: Buffer) => {
    if (!ended) frames.push(bytes, clock.monotonicMs())
  })
  child.stderr?.on('data', (bytes: Buffer) => {
    words = Buffer.concat([words, bytes]).subarray(-programWordsBytesMax)
  })
  child.once('error', cause => events.fault(notStarted(options, cause)))
  child.once('close', (code, signal) => {
    const how = code === null ? `ended by ${signal}` : `ended with ${code}`
    events.fault(faultOfWords({ name, program, how, seen, words: options.clean(String(words)) }))
  })
  return {
    async close() {
      ended = true
      child.kill('SIGKILL')
      child.stdout?.destroy()
      child.stderr?.destroy()
      let giveUp = () => {}
      const late = new Promise<void>(resolve => {
        giveUp = options.timers.after(programEndMsMax, resolve)
      })
      await Promise.race([gone, late])
      giveUp()
    },
  }
}

function notStarted(
  { name, program, debianPackage }: CameraProgram,
  cause: NodeJS.ErrnoException,
): DeviceError {
  const why = cause.code === 'ENOENT' ? 'is not installed' : `does not start (${cause.code})`
  return new DeviceError(
    'CAMERA_PROGRAM',
    name,
    `${name}: ${program} ${why}; install Debian's package ${debianPackage}`,
    // The system's own has the arguments, and in them an address with its password.
    new Error(cause.message),
  )
}

function wrongSize({ name, program, layout: { width, height } }: CameraProgram): DeviceError {
  return new DeviceError(
    'CAMERA_SIZE',
    name,
    `${name}: the frames of ${program} are not of ${width}x${height} pixels; name a size that the camera has`,
  )
}
