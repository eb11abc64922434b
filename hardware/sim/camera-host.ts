/**
 * `camera-host.ts PROGRAM`: a process that reads a camera's program and prints `frame` at the first
 * one. For tests of what becomes of the program when this process dies.
 */
import { createFrameSource } from '../drivers/camera/source.ts'
import { systemClock, systemTimers } from '../system-time.ts'

const [program = ''] = process.argv.slice(2)
const source = createFrameSource(
  { type: 'rpicam', width: 64, height: 2, fps: 30 },
  {
    name: 'camera',
    timers: systemTimers,
    clock: systemClock,
    random: () => 0,
    programs: { 'rpicam-vid': program },
  },
)
const end = source.onFrame(() => {
  end()
  process.stdout.write('frame\n')
})
