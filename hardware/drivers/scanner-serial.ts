/**
 * Any scanner on a serial port, USB-CDC or RS-232: bytes become readings. With `gm65` the scanner
 * is also set up at every opening (see gm65.ts).
 */

import { createDeviceStates } from '../device-states.ts'
import { DeviceError } from '../errors.ts'
import { createListeners } from '../listeners.ts'
import type {
  ByteTransport,
  Clock,
  CodeReader,
  ReadFault,
  Reading,
  Timers,
  Unsubscribe,
} from '../ports.ts'
import { checkPrefix } from './frame-shape.ts'
import { createGm65Splitter } from './gm65.ts'
import { setUpGm65 } from './gm65-setup.ts'
import { createRepeatFilter } from './repeat-filter.ts'
import {
  checkPause,
  createFrameParser,
  type Frame,
  type FrameParserOptions,
  frameIdleMs,
} from './scanner-frame.ts'
import { createSerialPort, type SerialTransport } from './serial-port.ts'

type ScannerTransport = ByteTransport & Partial<Pick<SerialTransport, 'setBaudRate' | 'reopen'>>

export interface SerialScannerOptions {
  readonly name: string
  /** A path, `vendor:product[:serial]`, or a transport that is already there. */
  readonly port: string | ScannerTransport
  /** Bits per second, e.g. 9600 or 115200. */
  readonly baudRate: number
  readonly timers: Timers
  readonly clock: Clock
  /** [0, 1): jitter of reconnecting. */
  readonly random: () => number
  /** The scanner is of the GM65 family and is set up by the driver. Default false. */
  readonly gm65?: boolean
  /** What the scanner ends its codes with; `required` is CR or LF. Default: learnt. */
  readonly suffix?: FrameParserOptions['suffix']
  /** What the scanner was set to send before each code. */
  readonly prefix?: string | undefined
  /**
   * Longest pause in the middle of a code, 50 to 2000 ms and 30 byte times at least. Default 500.
   * Without a suffix only the pause ends a code; its default is 50 then.
   */
  readonly pauseMs?: number | undefined
  /** Hears the bytes as they come, before they are taken apart. Must not keep or change them. */
  readonly onRaw?: ((bytes: Uint8Array) => void) | undefined
}

/** Time for bytes that are here already to be read, milliseconds. */
const idleGraceMs = 10

/** Starts connecting at once. Throws RangeError for a pause out of its bounds. */
export function createSerialScanner(options: SerialScannerOptions): CodeReader {
  const { name, timers, clock, baudRate, pauseMs, prefix, random } = options
  checkPause(name, pauseMs)
  checkPrefix(name, prefix)
  const isGm65 = options.gm65 === true
  const transport: ScannerTransport =
    typeof options.port === 'string'
      ? createSerialPort({ name, port: options.port, baudRate, timers, random })
      : options.port
  const readings = createListeners<[Reading]>()
  const dropped = createListeners<[fault: ReadFault, bytes: number]>()
  const states = createDeviceStates()
  const answers = createListeners<[Uint8Array]>()
  const splitter = createGm65Splitter()
  const parser = createFrameParser({
    baudRate,
    suffix: isGm65 ? 'required' : (options.suffix ?? 'learn'),
    prefix,
    pauseMs,
    onDropped: dropped.emit,
  })
  const repeats = createRepeatFilter()
  let opening = 0
  let over = false
  let lastBytesMs = 0
  let stopIdle: Unsubscribe = () => {}

  function deliver(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (repeats.accept(frame.text, frame.lastByteMs)) readings.emit(frame)
    }
  }

  function watchIdle(): void {
    stopIdle()
    const idleAtMs = parser.idleAtMs
    if (idleAtMs === null) return
    stopIdle = timers.after(Math.max(0, idleAtMs - clock.monotonicMs()), () => {
      // Timers run before reads: if this program was held up, the rest of the code is here already.
      stopIdle = timers.after(idleGraceMs, () => {
        deliver(parser.idle(clock.monotonicMs()))
        watchIdle()
      })
    })
  }

  /** Takes answers of the module out of the line. */
  function scanBytes(bytes: Uint8Array): Uint8Array {
    if (!isGm65) return bytes
    const atMs = clock.monotonicMs()
    // What began like an answer and was none may be a code's head: its rest is no code then.
    if (atMs - lastBytesMs >= frameIdleMs(baudRate, true, pauseMs)) {
      deliver(parser.push(splitter.flush(), lastBytesMs))
    }
    lastBytesMs = atMs
    const split = splitter.push(bytes)
    for (const answer of split.answers) answers.emit(answer)
    return split.text
  }

  async function setUp(attempt: number): Promise<void> {
    try {
      await setUpGm65({
        name,
        baudRate,
        timers,
        line: {
          write: bytes => transport.write(bytes),
          onAnswer: listener => answers.add(listener),
          ...(transport.setBaudRate === undefined ? {} : { setBaudRate: transport.setBaudRate }),
        },
      })
      if (attempt === opening && !over) states.set({ state: 'ready' })
    } catch (error) {
      if (attempt !== opening || over || !(error instanceof DeviceError)) return
      if (transport.reopen) transport.reopen(error)
      else states.set({ state: 'lost', error })
    }
  }

  const endBytes = transport.onBytes(bytes => {
    options.onRaw?.(bytes)
    deliver(parser.push(scanBytes(bytes), clock.monotonicMs()))
    watchIdle()
  })
  const endState = transport.onState(next => {
    opening += 1
    if (next.state === 'ready' && isGm65) {
      void setUp(opening)
      return
    }
    if (next.state !== 'ready') {
      parser.flush(true)
      splitter.flush()
      stopIdle()
    }
    states.set(next)
  })

  return {
    name,
    onState: states.follow,
    onReading: listener => readings.add(listener),
    onDropped: listener => dropped.add(listener),
    async close() {
      over = true
      endBytes()
      endState()
      stopIdle()
      await transport.close()
    },
  }
}
