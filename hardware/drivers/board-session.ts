/**
 * One conversation with a board, from the opened port to its loss: handshake, dead-man, heartbeat
 * and liveness. A Firmata can't be used again after its port closed, so each opening gets its own.
 */
import { EventEmitter } from 'node:events'
import firmataIo, { type Firmata } from 'firmata-io'
import { DeviceError } from '../errors.ts'
import { handshakeMsMax } from '../limits.ts'
import type { ByteTransport, Clock, Timers, Unsubscribe } from '../ports.ts'
import { pinModes } from './board-io.ts'
import { dropEndless, guardFirmata } from './firmata-guard.ts'
import type { PinLevel, PinMap } from './pins.ts'

/** Sysex commands of the gate firmware (hardware/firmware/README.md). */
const gateSysex = { deadman: 0x01, fireOutputs: 0x02, fireReset: 0x03 } as const

/** Asks the board's version: the smallest complete message, and so the heartbeat. */
export const versionQuery = [0xf9]
/** The name the gate firmware reports. */
const gateFirmware = 'wicketgate'
const firmwareQuery = [0xf0, 0x79, 0xf7]
const askEveryMs = 250
const answerMsMax = 1000
/** A board that answers no heartbeat for this long is given up. */
const silentMsMax = 1000
const probeEveryMs = 1000
/** Heartbeat where no dead-man sets one, milliseconds. */
const externalHeartbeatMs = 250

guardFirmata()
for (const command of Object.values(gateSysex)) {
  firmataIo.Firmata.SYSEX_RESPONSE[command] = board => {
    board.emit(`gate-${command}`, board.buffer.slice(2, -1))
  }
}

export interface SessionOptions {
  readonly name: string
  readonly transport: ByteTransport
  readonly timers: Timers
  readonly clock: Clock
  readonly deadman: { readonly ms: number } | 'external'
  readonly pins: PinMap
  /** Handshake done and dead-man armed: put modes and levels on the board now. */
  readonly onUsable: (firmata: Firmata) => void
  readonly onLevel: (pin: number, high: boolean) => void
  /** A message of the firmware in words, e.g. that it dropped the relays. */
  readonly onString: (text: string) => void
  /** The board's fire latch as it is now: at the start, and at each change. */
  readonly onFireLatch: (latched: boolean) => void
  /** The session is of no use any more. Called at most once. */
  readonly onFailure: (error: DeviceError) => void
}

export interface Session {
  resetFire(): void
  end(): void
}

export function startSession(options: SessionOptions): Session {
  const { name, transport, timers, clock, deadman, pins } = options
  const wire = Object.assign(new EventEmitter(), {
    write(bytes: Buffer, done?: () => void) {
      transport.write(bytes).then(
        () => done?.(),
        () => done?.(),
      )
    },
  })
  const firmata = new firmataIo.Firmata(wire, { reportVersionTimeout: handshakeMsMax })
  // Asking for the version is done below, by our own timers.
  clearTimeout(firmata.reportVersionTimeoutId)
  const stops = new Set<Unsubscribe>()
  let heardMs = clock.monotonicMs()
  let over = false

  function end(): void {
    over = true
    for (const stop of stops) stop()
    stops.clear()
    endBytes()
    firmata.removeAllListeners()
    firmata.on('error', () => {})
  }

  function fail(error: DeviceError): void {
    if (over) return
    end()
    options.onFailure(error)
  }

  function after(delayMs: number, run: () => void): Unsubscribe {
    const stop = timers.after(delayMs, () => {
      stops.delete(stop)
      run()
    })
    stops.add(stop)
    return () => {
      stops.delete(stop)
      stop()
    }
  }

  const endBytes = transport.onBytes(bytes => {
    wire.emit('data', bytes)
    dropEndless(firmata)
  })

  // Only until it is answered: a firmware report after that means that the board started again.
  let asking = true
  firmata.once('queryfirmware', () => {
    asking = false
  })
  function ask(): void {
    if (!asking) return
    wire.write(Buffer.from([...versionQuery, ...firmwareQuery]))
    after(askEveryMs, ask)
  }

  const handshake = after(handshakeMsMax, () => fail(silent(name, 'does not answer as a board')))
  firmata.on('error', () => {})
  // The answer to a heartbeat. Other bytes prove nothing: a line may babble.
  firmata.on('reportversion', () => {
    heardMs = clock.monotonicMs()
  })
  firmata.on('string', (text: unknown) => options.onString(String(text)))
  firmata.on('digital-read', (report: { pin: number; value: number }) => {
    options.onLevel(report.pin, report.value === 1)
  })
  firmata.once('ready', () => {
    handshake()
    armDeadman()
  })

  function armDeadman(): void {
    const isGate = firmata.firmware.name === gateFirmware
    if (deadman === 'external') {
      if (isGate) setFire(externalHeartbeatMs)
      else use(externalHeartbeatMs)
      return
    }
    if (!isGate) {
      fail(noDeadman(name, firmata.firmware.name))
      return
    }
    const { ms } = deadman
    command(gateSysex.deadman, [...sevenBits(ms), ...flat(pins.holdWhile)], () => setFire(ms / 4))
  }

  /** The board keeps which outputs open in a fire, and answers whether it has one latched. */
  function setFire(heartbeatMs: number): void {
    const fire = pins.contacts.get('fire')
    const data = fire === undefined ? [] : [fire.pin, ...flat(pins.fireOutputs)]
    firmata.on(`gate-${gateSysex.fireOutputs}`, ([latched]: number[]) => {
      options.onFireLatch(fire !== undefined && latched === 1)
    })
    command(gateSysex.fireOutputs, data, () => use(heartbeatMs))
  }

  /** Sends a command of the gate firmware and goes on when it is answered. */
  function command(code: number, data: readonly number[], done: () => void): void {
    const late = after(answerMsMax, () => fail(silent(name, 'does not answer its set-up')))
    firmata.once(`gate-${code}`, () => {
      late()
      done()
    })
    firmata.sysexCommand([code, ...data])
  }

  function use(heartbeatMs: number): void {
    heardMs = clock.monotonicMs()
    options.onUsable(firmata)
    firmata.on('queryfirmware', () => fail(restarted(name)))
    for (const pin of pins.relays.values()) {
      firmata.on(`pin-state-${pin}`, () => {
        if (firmata.pins[pin]?.mode !== pinModes.output) fail(restarted(name))
      })
    }
    beat(heartbeatMs)
    probe()
  }

  /** A board that restarted unheard still answers heartbeats, but its relays are no outputs. */
  function probe(): void {
    for (const pin of pins.relays.values()) firmata.queryPinState(pin, () => {})
    after(probeEveryMs, probe)
  }

  function beat(everyMs: number): void {
    if (over) return
    if (clock.monotonicMs() - heardMs > silentMsMax) {
      fail(silent(name, 'stopped answering'))
      return
    }
    wire.write(Buffer.from(versionQuery))
    after(everyMs, () => beat(everyMs))
  }

  wire.emit('open')
  ask()
  return {
    end,
    resetFire: () => void firmata.sysexCommand([gateSysex.fireReset]),
  }
}

const sevenBits = (value: number) => [value & 0x7f, (value >> 7) & 0x7f]
const flat = (levels: readonly PinLevel[]) => levels.flatMap(({ pin, level }) => [pin, level])

function silent(name: string, what: string): DeviceError {
  return new DeviceError(
    'DEVICE_SILENT',
    name,
    `${name}: ${what}; check its power and that it runs the gate firmware at this baud rate`,
  )
}

function restarted(name: string): DeviceError {
  return new DeviceError(
    'DEVICE_SILENT',
    name,
    `${name}: the board restarted by itself; check its power supply and its cable`,
  )
}

function noDeadman(name: string, firmware = 'unknown firmware'): DeviceError {
  return new DeviceError(
    'NO_DEADMAN',
    name,
    `${name}: ${firmware} has no dead-man, a relay would stay on when this program dies; ` +
      'flash the gate firmware, or wire a timer relay and say deadman: "external"',
  )
}
