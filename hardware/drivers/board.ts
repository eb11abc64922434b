/**
 * A gate board: relays, contacts, lamps and buzzer of one lane, by johnny-five over Firmata.
 *
 * All relays are released whenever the board is lost, found again or closed. The firmware's
 * dead-man does the same when this program dies or hangs.
 */
import five, { type Relay as FiveRelay } from 'johnny-five'
import { createDeviceStates } from '../device-states.ts'
import { DeviceError } from '../errors.ts'
import { sessionsMax } from '../guarded-line.ts'
import { deadmanMsMax, deadmanMsMin } from '../limits.ts'
import { createListeners } from '../listeners.ts'
import type {
  ByteTransport,
  Clock,
  GateBoard,
  LineFault,
  Relay,
  Timers,
  Unsubscribe,
} from '../ports.ts'
import { badPin } from './board-faults.ts'
import { BoardIo, pinModes } from './board-io.ts'
import { type Session, startSession } from './board-session.ts'
import { createContactBank } from './contacts.ts'
import { type PinConfig, type PinMap, resolvePins } from './pins.ts'
import { createSerialPort, type SerialTransport } from './serial-port.ts'

/** A transport that can be told to start over; others are used as they are. */
type BoardTransport = ByteTransport & Partial<Pick<SerialTransport, 'reopen'>>

export interface GateBoardOptions {
  readonly name: string
  /** A path, `vendor:product[:serial]`, or a transport that is already there. */
  readonly port: string | BoardTransport
  readonly pins: PinConfig
  /**
   * Armed on the board, 100 to 5000 ms (300 is usual). `external`: a hardware timer relay, so stock
   * firmware will do; the gate firmware's own is armed beside it.
   */
  readonly deadman: { readonly ms: number } | 'external'
  readonly timers: Timers
  readonly clock: Clock
  /** [0, 1): jitter of reconnecting, and where the numbers of its sessions begin. */
  readonly random: () => number
  /** Bits per second. Default 57600, as every Firmata board uses. */
  readonly baudRate?: number
}

const retryMs = 1000
const restMsMax = 250

/** Starts connecting at once. Throws DeviceError `BAD_PINS` and RangeError for a wrong config. */
export function createGateBoard(options: GateBoardOptions): GateBoard {
  const { name, timers } = options
  const pins = resolvePins(name, options.pins)
  checkDeadman(options.deadman)
  const { io, relays } = createParts(pins)
  const contacts = createContactBank(pins.contacts, timers)
  const states = createDeviceStates()
  const droppings = createListeners<[LineFault, number]>()
  let session: Session | null = null
  let sessionNumber = Math.floor(options.random() * sessionsMax)
  let usable = false
  let stopRetry: Unsubscribe = () => {}

  const transport: BoardTransport =
    typeof options.port === 'string'
      ? createSerialPort({ ...options, port: options.port, baudRate: options.baudRate ?? 57_600 })
      : options.port

  function begin(): void {
    endSession()
    for (const relay of relays.values()) relay.open()
    sessionNumber = (sessionNumber + 1) % sessionsMax
    session = startSession({
      ...options,
      transport,
      number: sessionNumber,
      pins,
      onUsable(link) {
        const pin = io.unsupportedPin(link)
        if (pin !== null) return failed(badPin(name, pin))
        usable = true
        io.attach(link)
        readyWhenComplete()
      },
      onLevel(pin, high, heldMs) {
        contacts.level(pin, high, heldMs)
        readyWhenComplete()
      },
      onDropped: droppings.emit,
      onFireLatch: latched => contacts.latch('fire', latched),
      onFailure: failed,
    })
  }

  function readyWhenComplete(): void {
    if (!usable || states.now.state === 'ready' || !contacts.complete) return
    states.set({ state: 'ready' })
    contacts.tell()
  }

  function endSession(): void {
    stopRetry()
    usable = false
    session?.end()
    session = null
    io.detach()
    contacts.begin()
  }

  /** Everything off, and on the wire before the port is closed. */
  async function rest(): Promise<void> {
    for (const relay of relays.values()) relay.open()
    for (const pin of outputPins(pins)) io.digitalWrite(pin, 0)
    const late = new Promise<void>(resolve => {
      stopRetry = timers.after(restMsMax, resolve)
    })
    await Promise.race([late, session?.flushed()])
  }

  /** The board misbehaves though its port is open: start over from the port. */
  function failed(error: DeviceError): void {
    for (const relay of relays.values()) relay.open()
    void session?.flushed()
    endSession()
    if (transport.reopen) {
      transport.reopen(error)
      return
    }
    states.set({ state: 'lost', error })
    stopRetry = timers.after(retryMs, begin)
  }

  const endState = transport.onState(next => {
    if (next.state === 'ready') return begin()
    endSession()
    states.set(next)
  })

  return {
    name,
    onState: states.follow,
    barrier: {
      energise(relay) {
        const target = relays.get(relay)
        if (target === undefined) throw noRelay(name, relay)
        if (states.now.state !== 'ready') {
          throw new DeviceError('DEVICE_DETACHED', name, `${name}: the board is not connected`)
        }
        target.close()
      },
      release: relay => void relays.get(relay)?.open(),
    },
    contacts,
    signals: {
      lamp(lamp, on) {
        const pin = pins.lamps.get(lamp)
        if (pin !== undefined) io.digitalWrite(pin, on ? 1 : 0)
      },
      buzzer(on) {
        if (pins.buzzer !== null) io.digitalWrite(pins.buzzer, on ? 1 : 0)
      },
    },
    resetFire: () => session?.resetFire(),
    onDropped: listener => droppings.add(listener),
    async close() {
      endState()
      if (usable) await rest()
      endSession()
      await transport.close()
    },
  }
}

function createParts(pins: PinMap): { io: BoardIo; relays: Map<Relay, FiveRelay> } {
  const io = new BoardIo()
  const board = new five.Board({ io, repl: false, debug: false, sigint: false })
  const relays = new Map<Relay, FiveRelay>()
  for (const [relay, pin] of pins.relays) {
    io.pinMode(pin, pinModes.output)
    relays.set(relay, new five.Relay({ board, pin, type: 'NO' }))
  }
  for (const pin of outputPins(pins)) io.pinMode(pin, pinModes.output)
  for (const { pin } of pins.contacts.values()) io.pinMode(pin, pinModes.pullup)
  return { io, relays }
}

/** Lamps and buzzer. */
function outputPins(pins: PinMap): number[] {
  return [...pins.lamps.values(), ...(pins.buzzer === null ? [] : [pins.buzzer])]
}

function checkDeadman(deadman: { readonly ms: number } | 'external'): void {
  if (deadman === 'external') return
  const { ms } = deadman
  if (Number.isInteger(ms) && ms >= deadmanMsMin && ms <= deadmanMsMax) return
  throw new RangeError(`dead-man of ${ms} ms is not between ${deadmanMsMin} and ${deadmanMsMax} ms`)
}

function noRelay(name: string, relay: Relay): DeviceError {
  return new DeviceError(
    'BAD_PINS',
    name,
    `${name}: no pin for the ${relay} relay; add it to the pin map`,
  )
}
