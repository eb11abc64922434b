/**
 * Lets an emulated board live on a serial wire, in real or in virtual time: paced at 16 MHz by the
 * clock, reset when a host opens the port, as DTR does.
 */
import type { Clock, Timers, Unsubscribe } from '../ports.ts'
import { systemClock, systemTimers } from '../system-time.ts'
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
  /** Default: the machine's own. */
  readonly timers?: Timers
  readonly clock?: Clock
  /** How often it runs, milliseconds. Default 1. */
  readonly sliceMs?: number
}

export interface AvrRunner {
  readonly machine: Pick<AvrMachine, 'setInput' | 'level' | 'pinState' | 'reset' | 'cycles'>
  close(): void
}

const cyclesPerMs = avrHz / 1000
/** A machine that was held up for longer loses that time instead of running after it. */
const catchUpMsMax = 50

export function createAvrRunner(options: AvrRunnerOptions): AvrRunner {
  const { wire, timers = systemTimers, clock = systemClock, sliceMs = 1 } = options
  let out: number[] = []
  let stopTimer: Unsubscribe = () => {}
  let lastMs = clock.monotonicMs()
  let targetCycles = 0

  const machine = createAvrMachine(options.hex, {
    onByte: byte => out.push(byte),
    onPin: (pin, level, cycles) =>
      options.onPin({ pin, level, cycles, lastByteCycles: machine.lastByteCycles }),
    ...(options.onReset === undefined ? {} : { onReset: options.onReset }),
  })

  function run(): void {
    const nowMs = clock.monotonicMs()
    targetCycles += Math.min(nowMs - lastMs, catchUpMsMax) * cyclesPerMs
    lastMs = nowMs
    machine.runTo(targetCycles)
    if (out.length === 0) return
    wire.write(Uint8Array.from(out))
    out = []
  }

  function tick(): void {
    run()
    stopTimer = timers.after(sliceMs, tick)
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
      stopTimer()
      for (const end of ends) end()
    },
  }
}
