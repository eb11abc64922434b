/**
 * Lets an emulated board live in real time on a serial wire: paced at 16 MHz by the machine's
 * clock, reset when a host opens the port, as DTR does.
 */
import { type AvrMachine, avrHz, createAvrMachine } from './avr-machine.ts'
import type { DeviceWire } from './serial-wire.ts'

export interface PinChange {
  readonly pin: number
  readonly level: 0 | 1
  /** Emulated cycles since the start, and when the host's last byte had arrived. */
  readonly cycles: number
  readonly lastByteCycles: number
}

export interface AvrRunnerOptions {
  readonly hex: string
  readonly wire: DeviceWire
  readonly onPin: (change: PinChange) => void
  readonly onReset?: (cause: 'watchdog' | 'pin') => void
  /** A host opening the port resets the board. Default true; the site wiring turns it off. */
  readonly resetOnOpen?: boolean
}

export interface AvrRunner {
  readonly machine: Pick<AvrMachine, 'setInput' | 'level' | 'pinState' | 'reset' | 'cycles'>
  close(): void
}

const cyclesPerMs = avrHz / 1000
const sliceMs = 1
/** A machine that was held up for longer loses that time instead of running after it. */
const catchUpMsMax = 50

export function createAvrRunner(options: AvrRunnerOptions): AvrRunner {
  const { wire } = options
  let out: number[] = []
  let timer: NodeJS.Timeout | undefined
  let lastMs = performance.now()
  let targetCycles = 0

  const machine = createAvrMachine(options.hex, {
    onByte: byte => out.push(byte),
    onPin: (pin, level, cycles) =>
      options.onPin({ pin, level, cycles, lastByteCycles: machine.lastByteCycles }),
    ...(options.onReset === undefined ? {} : { onReset: options.onReset }),
  })

  function run(): void {
    const nowMs = performance.now()
    targetCycles += Math.min(nowMs - lastMs, catchUpMsMax) * cyclesPerMs
    lastMs = nowMs
    machine.runTo(targetCycles)
    if (out.length === 0) return
    wire.write(Uint8Array.from(out))
    out = []
  }

  function tick(): void {
    run()
    timer = setTimeout(tick, sliceMs)
  }

  const ends = [
    wire.onBytes(bytes => {
      run()
      machine.receive(bytes)
    }),
    wire.onHostOpen(() => {
      if (options.resetOnOpen !== false) machine.reset()
    }),
  ]
  tick()
  return {
    machine,
    close() {
      clearTimeout(timer)
      for (const end of ends) end()
    },
  }
}
