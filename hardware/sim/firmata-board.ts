/**
 * A simulated gate board on the far end of a wire: the messages of hardware/firmware/README.md in
 * TypeScript, dead-man included. Ready in tens of milliseconds and idle when nothing happens.
 */
import { createListeners } from '../listeners.ts'
import type { Clock, Timers, Unsubscribe } from '../ports.ts'
import { systemClock, systemTimers } from '../system-time.ts'
import { createBoardSafety } from './board-safety.ts'
import { createFirmataReader, type FirmataMessage, firmataBytes } from './firmata-protocol.ts'
import type { DeviceWire } from './serial-wire.ts'

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
const modes = { input: 0x00, output: 0x01, pullup: 0x0b }
const firstPin = 2
const portPins = 8
const firmware = {
  gate: firmataBytes.firmware('wicketgate', 1, 0),
  stock: firmataBytes.firmware('StandardFirmata.ino', 2, 5),
}

interface Pin {
  mode: number
  /** Last value written, output or not. */
  value: 0 | 1
  outside: 0 | 1 | null
}

export function createFirmataBoard(options: FirmataBoardOptions): FirmataBoard {
  const { wire, timers = systemTimers, clock = systemClock } = options
  const hasDeadman = options.deadman ?? true
  const float = options.float ?? (() => (Math.random() < 0.5 ? 0 : 1))
  const pins: Pin[] = Array.from({ length: options.pins ?? 20 }, () => freshPin(null))
  const portCount = Math.ceil(pins.length / portPins)
  const changes = createListeners<[number, 0 | 1, number]>()
  const faults: BoardFaults = {}
  const levels: (0 | 1)[] = pins.map(() => 0)
  const reported = new Map<number, number>()
  const safety = createBoardSafety({
    timers,
    pins: {
      isUsable: pin => pin >= firstPin && pin < pins.length,
      read: pin => inputLevel(pins[pin]!),
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
    onDrop: () => send(firmataBytes.string('deadman')),
    onFire() {
      send(firmataBytes.fire(true))
      send(firmataBytes.string('fire'))
    },
  })
  let reader = createFirmataReader()
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

  function inputLevel(pin: Pin): 0 | 1 {
    if (pin.mode === modes.output) return 0
    return pin.outside ?? (pin.mode === modes.pullup ? 1 : float())
  }

  function send(bytes: readonly number[]): void {
    if (faults.silent) return
    const out = Uint8Array.from(bytes)
    if (faults.slowMs === undefined) wire.write(out)
    else timers.after(faults.slowMs, () => wire.write(out))
  }

  function report(port: number, force: boolean): void {
    if (!booted || !reported.has(port)) return
    let bits = 0
    for (let bit = 0; bit < portPins; bit += 1) {
      const pin = pins[port * portPins + bit]
      if (pin !== undefined && pin.mode !== modes.output) bits |= inputLevel(pin) << bit
    }
    if (!force && reported.get(port) === bits) return
    reported.set(port, bits)
    send(firmataBytes.digital(port, bits))
  }

  function setMode(pin: number, mode: number): void {
    const at = pins[pin]
    if (at === undefined || pin < firstPin || !Object.values(modes).includes(mode)) return
    if (!safety.maySetMode(pin)) return
    at.mode = mode
    at.value = 0
  }

  function write(pin: number, value: number): void {
    const at = pins[pin]
    if (at?.mode === modes.output && safety.mayWrite(pin)) at.value = value === 0 ? 0 : 1
  }

  const queries: Record<string, () => readonly number[]> = {
    version: () => firmataBytes.version,
    firmware: () => (hasDeadman ? firmware.gate : firmware.stock),
    capabilities: () => firmataBytes.capabilities(pins.length, firstPin, Object.values(modes)),
    analogMapping: () => firmataBytes.analogMapping(pins.length),
  }

  function handle(message: FirmataMessage): void {
    switch (message.kind) {
      case 'query':
        send(queries[message.of]!())
        break
      case 'pinMode':
        setMode(message.pin, message.mode)
        break
      case 'pinValue':
        write(message.pin, message.value)
        break
      case 'portValue':
        for (let bit = 0; bit < portPins; bit += 1) {
          write(message.port * portPins + bit, (message.bits >> bit) & 1)
        }
        break
      case 'reportPort':
        if (message.port >= portCount) break
        if (!message.on) reported.delete(message.port)
        else {
          reported.set(message.port, 0)
          report(message.port, true)
        }
        break
      case 'pinState': {
        const at = pins[message.pin]
        if (at !== undefined) {
          const state = at.mode === modes.pullup ? 1 : at.value
          send(firmataBytes.pinState(message.pin, at.mode, state))
        }
        break
      }
      case 'deadman':
        if (hasDeadman && safety.arm(message.ms, message.hold)) {
          send(firmataBytes.deadman(message.ms))
        }
        break
      case 'fire':
        if (!hasDeadman) break
        if (message.pin !== null) safety.configureFire(message.pin, message.outputs)
        send(firmataBytes.fire(safety.fireLatched))
        break
      case 'fireReset':
        if (!hasDeadman) break
        safety.resetFire()
        send(firmataBytes.fire(safety.fireLatched))
        break
      case 'reset':
        startOver()
    }
    settle()
  }

  /** The host's own reset: no restart of the board. */
  function startOver(): void {
    safety.disarm()
    for (let pin = firstPin; pin < pins.length; pin += 1) setMode(pin, modes.input)
    reported.clear()
  }

  function reset(): void {
    stopBoot()
    safety.stop()
    safety.disarm()
    booted = false
    reader = createFirmataReader()
    reported.clear()
    for (const [index, pin] of pins.entries()) pins[index] = freshPin(pin.outside)
    settle()
    safety.boot()
    stopBoot = timers.after(bootMs, () => {
      booted = true
      if (faults.garbage !== undefined) wire.write(faults.garbage)
      send(firmataBytes.version)
      send(hasDeadman ? firmware.gate : firmware.stock)
    })
  }

  const ends = [
    wire.onHostOpen(reset),
    wire.onBytes(bytes => {
      if (!booted) return
      for (const message of reader.push(bytes)) {
        safety.stamp()
        handle(message)
      }
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
      report(Math.floor(pin / portPins), false)
    },
    reset,
    close() {
      for (const end of ends) end()
      stopBoot()
      safety.stop()
    },
  }
}

function freshPin(outside: 0 | 1 | null): Pin {
  return { mode: modes.input, value: 0, outside }
}
