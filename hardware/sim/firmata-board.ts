/**
 * A simulated gate board on the far end of a wire: the messages of hardware/firmware/protocol.md in
 * TypeScript, or those of stock firmware. Ready in tens of ms and idle when nothing happens.
 */
import { createListeners } from '../listeners.ts'
import type { Clock, Timers, Unsubscribe } from '../ports.ts'
import { systemClock, systemTimers } from '../system-time.ts'
import { type BoardPins, type Firmware, firstPin, modes } from './board-pins.ts'
import { createBoardSafety } from './board-safety.ts'
import { createGateFirmware } from './gate-firmware.ts'
import type { DeviceWire } from './serial-wire.ts'
import { createStockFirmware } from './stock-firmware.ts'

/** What a turnstile, a test or a page sees of any simulated board: its pins. */
export interface SimBoard {
  /** Called on each change of an output pin. A released or undriven pin is low. */
  onPin(listener: (pin: number, level: 0 | 1, atMs: number) => void): Unsubscribe
  level(pin: number): 0 | 1
  /** What the world outside puts on an input pin; `null` leaves it open. */
  setInput(pin: number, level: 0 | 1 | null): void
}

/** What goes wrong, on request. All may be changed while it runs. */
export interface BoardFaults {
  /** Boots without a word and answers nothing. */
  silent?: boolean
  /** Sends these bytes at each boot before anything else. */
  garbage?: Uint8Array
  /** Waits this long before each answer, milliseconds. */
  slowMs?: number
  /** Outputs that stay at this level whatever they are told. */
  stuck?: Map<number, 0 | 1>
}

export interface FirmataBoard extends SimBoard {
  readonly faults: BoardFaults
  /** Times the dead-man dropped the outputs since the start. */
  readonly deadmanDrops: number
  /** Restarts the firmware, as the reset button does. */
  reset(): void
  close(): void
}

export interface FirmataBoardOptions {
  readonly wire: DeviceWire
  /** Number of pins. Default 20, an Uno. */
  readonly pins?: number
  /** False: stock firmware, which knows no dead-man. Default true. */
  readonly deadman?: boolean
  readonly timers?: Timers
  readonly clock?: Clock
  /** Level an open input without pull-up shows. Default: noise. */
  readonly float?: () => 0 | 1
}

const bootMs = 20

interface Pin {
  mode: number
  /** Last value written, output or not. */
  value: 0 | 1
  outside: 0 | 1 | null
}

export function createFirmataBoard(options: FirmataBoardOptions): FirmataBoard {
  const { wire, timers = systemTimers, clock = systemClock } = options
  const float = options.float ?? (() => (Math.random() < 0.5 ? 0 : 1))
  const pins: Pin[] = Array.from({ length: options.pins ?? 20 }, () => freshPin(null))
  const changes = createListeners<[number, 0 | 1, number]>()
  const faults: BoardFaults = {}
  const levels: (0 | 1)[] = pins.map(() => 0)
  const safety = createBoardSafety({
    timers,
    pins: {
      isUsable: pin => pin >= firstPin && pin < pins.length,
      read: pin => inputLevel(pin),
      drive(pin, level) {
        Object.assign(pins[pin]!, { mode: modes.output, value: level })
        settle()
      },
      pullUp: pin => Object.assign(pins[pin]!, { mode: modes.pullup, value: 0 }),
      dropOutputs(keep) {
        for (const [index, pin] of pins.entries()) {
          if (pin.mode === modes.output && !keep(index)) pin.value = 0
        }
        settle()
      },
    },
    onAct: look,
  })
  let booted = false
  let stopBoot: Unsubscribe = () => {}

  function outputLevel(pin: number): 0 | 1 {
    const stuck = faults.stuck?.get(pin)
    if (stuck !== undefined) return stuck
    const at = pins[pin]
    return at?.mode === modes.output ? at.value : 0
  }

  function settle(): void {
    for (let pin = 0; pin < pins.length; pin += 1) {
      const level = outputLevel(pin)
      if (levels[pin] === level) continue
      levels[pin] = level
      changes.emit(pin, level, clock.monotonicMs())
    }
  }

  function inputLevel(pin: number): 0 | 1 {
    const at = pins[pin]
    if (at === undefined || at.mode === modes.output) return 0
    return at.outside ?? (at.mode === modes.pullup ? 1 : float())
  }

  function send(bytes: readonly number[]): void {
    if (faults.silent) return
    const out = Uint8Array.from(bytes)
    if (faults.slowMs === undefined) wire.write(out)
    else timers.after(faults.slowMs, () => wire.write(out))
  }

  const boardPins: BoardPins = {
    count: pins.length,
    setMode(pin, mode) {
      const at = pins[pin]
      if (at === undefined || pin < firstPin || !safety.maySetMode(pin)) return
      if (Object.values(modes).some(known => known === mode)) Object.assign(at, { mode, value: 0 })
    },
    write(pin, value) {
      const at = pins[pin]
      if (at?.mode === modes.output && safety.mayWrite(pin)) at.value = value === 0 ? 0 : 1
    },
    input: inputLevel,
    state(pin) {
      const at = pins[pin]
      if (at === undefined) return null
      return { mode: at.mode, value: at.mode === modes.pullup ? 1 : at.value }
    },
  }
  const firmware: Firmware =
    options.deadman === false
      ? createStockFirmware(boardPins, send)
      : createGateFirmware(boardPins, safety, send, timers)

  function look(): void {
    if (booted) firmware.look()
  }

  function reset(): void {
    stopBoot()
    firmware.stop()
    safety.stop()
    booted = false
    for (const [index, pin] of pins.entries()) pins[index] = freshPin(pin.outside)
    settle()
    safety.boot()
    stopBoot = timers.after(bootMs, () => {
      booted = true
      if (faults.garbage !== undefined) wire.write(faults.garbage)
      firmware.boot()
    })
  }

  const ends = [
    wire.onHostOpen(reset),
    wire.onBytes(bytes => {
      if (!booted) return
      firmware.receive(bytes)
      settle()
    }),
  ]

  return {
    faults,
    get deadmanDrops() {
      return safety.drops
    },
    onPin: listener => changes.add(listener),
    level: pin => outputLevel(pin),
    setInput(pin, level) {
      const at = pins[pin]
      if (at === undefined || at.outside === level) return
      at.outside = level
      safety.look()
      look()
    },
    reset,
    close() {
      for (const end of ends) end()
      stopBoot()
      firmware.stop()
      safety.stop()
    },
  }
}

function freshPin(outside: 0 | 1 | null): Pin {
  return { mode: modes.input, value: 0, outside }
}
