/**
 * Any scanner on a serial port, USB-CDC or RS-232: bytes become readings. With `gm65` the scanner
 * is also set up at every opening (see gm65.ts).
 */
import { createListeners } from '../listeners.ts'
import type {
  ByteTransport,
  Clock,
  CodeReader,
  DeviceState,
  Reading,
  Timers,
  Unsubscribe,
} from '../ports.ts'
import { createRepeatFilter } from './repeat-filter.ts'
import { createFrameParser, type Frame } from './scanner-frame.ts'
import { createSerialPort } from './serial-port.ts'

export interface SerialScannerOptions {
  readonly name: string
  /** A path, `vendor:product[:serial]`, or a transport that is already there. */
  readonly port: string | ByteTransport
  /** Bits per second, e.g. 9600 or 115200. */
  readonly baudRate: number
  readonly timers: Timers
  readonly clock: Clock
  /** [0, 1): jitter of reconnecting. */
  readonly random: () => number
  /** The scanner is of the GM65 family and is set up by the driver. Default false. */
  readonly gm65?: boolean
}

export function createSerialScanner(options: SerialScannerOptions): CodeReader {
  const { name, timers, clock, baudRate, random } = options
  const transport =
    typeof options.port === 'string'
      ? createSerialPort({ name, port: options.port, baudRate, timers, random })
      : options.port
  const readings = createListeners<[Reading]>()
  const parser = createFrameParser(baudRate)
  const repeats = createRepeatFilter()
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
      deliver(parser.idle(clock.monotonicMs()))
      watchIdle()
    })
  }

  const endBytes = transport.onBytes(bytes => {
    deliver(parser.push(bytes, clock.monotonicMs()))
    watchIdle()
  })
  const endState = transport.onState((state: DeviceState) => {
    if (state.state === 'ready') return
    parser.flush()
    stopIdle()
  })

  return {
    name,
    onState: listener => transport.onState(listener),
    onReading: listener => readings.add(listener),
    async close() {
      endBytes()
      endState()
      stopIdle()
      await transport.close()
    },
  }
}
