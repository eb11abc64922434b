/**
 * The emulated board with a barrier wired to its pins, people who walk through it and, where asked
 * for, a scanner beside it. At rest it is a healthy cabinet: beams clear, fire loop closed.
 */
import type { BarrierProfile } from '../../hardware/drivers/pins.ts'
import { resolvePins } from '../../hardware/drivers/pins.ts'
import { createListeners } from '../../hardware/listeners.ts'
import type { Contact } from '../../hardware/ports.ts'
import { createAvrRunner, type PinChange } from '../../hardware/sim/avr-runner.ts'
import type { SimBoard } from '../../hardware/sim/firmata-board.ts'
import { createSimScanner, type SimScanner } from '../../hardware/sim/scanner.ts'
import { createSerialWire, type SerialWire } from '../../hardware/sim/serial-wire.ts'
import { connectTurnstile, type Turnstile } from '../../hardware/sim/turnstile.ts'
import { systemClock, systemTimers } from '../../hardware/system-time.ts'

/** A level that is put on a pin by hand; null: nothing is connected to it. */
export type HeldLevel = 0 | 1 | null

export interface Bench {
  /** Of the board's line; the same over unplug and replug. */
  readonly wire: SerialWire
  readonly scannerWire: SerialWire | undefined
  readonly scanner: SimScanner | undefined
  readonly turnstile: Turnstile
  /** Those that the profile has. */
  readonly contacts: readonly Contact[]
  /** What every input pin does, by its number. */
  readonly inputs: ReadonlyMap<number, Contact>
  /** Puts a level on an input, whatever the barrier says, until it is let go. */
  hold(pin: number, level: HeldLevel): void
  letGo(pin: number): void
  reset(): void
  close(): Promise<void>
}

export interface BenchOptions {
  readonly hex: string
  readonly profile: BarrierProfile
  readonly resetOnOpen: boolean
  /** Bits per second of a scanner beside the board; undefined: none. */
  readonly scannerBaud?: number | undefined
  readonly onPin: (change: PinChange) => void
  readonly onReset: (cause: 'watchdog' | 'pin') => void
}

/** Throws RangeError for a damaged .hex. */
export async function createBench(options: BenchOptions): Promise<Bench> {
  const { hex, profile, resetOnOpen, scannerBaud, onReset } = options
  const wire = await createSerialWire()
  const scannerWire =
    scannerBaud === undefined ? undefined : await createSerialWire({ baudRate: scannerBaud })
  const changes = createListeners<[pin: number, level: 0 | 1, atMs: number]>()
  const runner = createAvrRunner({
    ...{ hex, wire, resetOnOpen, onReset },
    onPin(change) {
      options.onPin(change)
      changes.emit(change.pin, change.level, systemClock.monotonicMs())
    },
  })
  const pins = holdPins(runner.machine.setInput)
  const board: SimBoard = {
    onPin: listener => changes.add(listener),
    level: runner.machine.level,
    setInput: pins.set,
  }
  const turnstile = connectTurnstile({
    ...{ board, pins: { profile } },
    ...{ timers: systemTimers, clock: systemClock },
  })
  const { contacts } = resolvePins('board', { profile })
  return {
    ...{ wire, scannerWire, turnstile },
    scanner: scannerWire && createSimScanner({ wire: scannerWire }),
    contacts: [...contacts.keys()],
    inputs: new Map([...contacts].map(([contact, { pin }]) => [pin, contact])),
    hold: pins.hold,
    letGo: pins.letGo,
    reset: runner.machine.reset,
    async close() {
      turnstile.close()
      runner.close()
      await Promise.all([wire.close(), scannerWire?.close()])
    },
  }
}

/** What the barrier puts on the inputs, and what hands do, which goes before it. */
function holdPins(setInput: SimBoard['setInput']) {
  const wired = new Map<number, HeldLevel>()
  const held = new Set<number>()
  return {
    set(pin: number, level: HeldLevel) {
      wired.set(pin, level)
      if (!held.has(pin)) setInput(pin, level)
    },
    hold(pin: number, level: HeldLevel) {
      held.add(pin)
      setInput(pin, level)
    },
    letGo(pin: number) {
      held.delete(pin)
      setInput(pin, wired.get(pin) ?? null)
    },
  }
}
