/**
 * A program of its own that reads a wedge through the real node-hid and prints states and texts,
 * for a test that puts another libusb under it. It ends when its input does.
 */
import { createHidScanner } from '../drivers/scanner-hid.ts'
import { systemClock, systemTimers } from '../system-time.ts'

const reader = createHidScanner({
  name: 'scanner',
  profile: 'wedge',
  device: '0c2e:0b01',
  timers: systemTimers,
  clock: systemClock,
  random: Math.random,
})
const say = (line: string) => process.stdout.write(`${line}\n`)
reader.onState(state =>
  say(`state ${state.state} ${state.state === 'lost' ? state.error.code : ''}`.trim()),
)
reader.onReading(({ text }) => say(`text ${text}`))
process.stdin.on('end', () => void reader.close())
process.stdin.resume()
