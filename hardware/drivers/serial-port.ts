/**
 * A serial port as a ByteTransport: opened exclusively, found again after an unplug, closed so
 * that nothing stays open.
 */
import { SerialPort } from 'serialport'
import { createBackoff } from '../backoff.ts'
import { createDeviceStates } from '../device-states.ts'
import { DeviceError } from '../errors.ts'
import { baudRateMax, baudRateMin, openMsMax, writeQueueBytesMax } from '../limits.ts'
import { createListeners } from '../listeners.ts'
import type { ByteTransport, Timers, Unsubscribe } from '../ports.ts'
import { useDirectIo } from './direct-io.ts'
import { findPortPath, type ListPorts } from './find-port.ts'

export interface SerialPortOptions {
  /** The device's name in messages, e.g. `lane 1 scanner`. */
  readonly name: string
  /** A path, or `vendor:product[:serial]`. */
  readonly port: string
  readonly baudRate: number
  readonly timers: Timers
  /** [0, 1): jitter of reconnecting. */
  readonly random: () => number
  readonly listPorts?: ListPorts
}

/** A serial transport that can change its speed while open, as a scanner's setup needs. */
export interface SerialTransport extends ByteTransport {
  /** Takes effect at once and for every later opening. Rejects with DeviceError. */
  setBaudRate(baudRate: number): Promise<void>
  /** Closes the port as if it had been lost and looks for it again. */
  reopen(reason: DeviceError): void
}

/** Starts connecting at once. Throws RangeError for a baud rate outside the limits. */
export function createSerialPort(options: SerialPortOptions): SerialTransport {
  const { name, timers } = options
  let baudRate = checkBaudRate(options.baudRate)
  const states = createDeviceStates()
  const bytesIn = createListeners<[Uint8Array]>()
  const backoff = createBackoff(options.random)
  let port: SerialPort | null = null
  let over = false
  let stopWaiting: Unsubscribe = () => {}
  let attempt: Promise<void> = Promise.resolve()
  let closingPort: Promise<void> = Promise.resolve()
  let queuedBytes = 0

  async function connect(): Promise<void> {
    await closingPort
    if (over) return
    let fresh: SerialPort | null = null
    try {
      const path = await findPortPath(name, options.port, options.listPorts)
      if (over) return
      fresh = await openPort(path, baudRate, timers)
    } catch (error) {
      if (!over) lose(toDeviceError(name, options.port, error))
      return
    }
    if (over) return closePort(fresh)
    port = fresh
    const opened = fresh
    opened.on('data', (bytes: Buffer) => bytesIn.emit(bytes))
    opened.on('error', () => {})
    opened.on('close', (cause: Error | null) => {
      if (port !== opened) return
      backoff.reset()
      lose(unplugged(cause))
    })
    queuedBytes = 0
    states.set({ state: 'ready' })
  }

  function unplugged(cause: unknown): DeviceError {
    return new DeviceError(
      'DEVICE_UNPLUGGED',
      name,
      `${name}: ${options.port} went away; check plug and cable, it is looked for again by itself`,
      cause,
    )
  }

  function lose(error: DeviceError): void {
    const gone = port
    port = null
    if (gone !== null) closingPort = closePort(gone)
    if (over) return
    stopWaiting()
    stopWaiting = timers.after(backoff.next(), () => {
      attempt = connect()
    })
    states.set({ state: 'lost', error })
  }

  attempt = connect()
  return {
    name,
    onState: states.follow,
    onBytes: listener => bytesIn.add(listener),
    write(bytes) {
      const target = port
      if (target === null) return Promise.reject(detached(name))
      if (queuedBytes + bytes.length > writeQueueBytesMax) {
        const silent = new DeviceError(
          'DEVICE_SILENT',
          name,
          `${name}: ${options.port} takes no bytes; check the device and its flow control`,
        )
        lose(silent)
        return Promise.reject(silent)
      }
      queuedBytes += bytes.length
      return new Promise((resolve, reject) => {
        target.write(Buffer.from(bytes), error => {
          if (port === target) queuedBytes -= bytes.length
          if (error) reject(unplugged(error))
          else resolve()
        })
      })
    },
    async setBaudRate(rate) {
      baudRate = checkBaudRate(rate)
      const target = port
      if (target === null) return
      await new Promise<void>((resolve, reject) => {
        target.drain(() =>
          target.update({ baudRate }, error => (error ? reject(error) : resolve())),
        )
      }).catch(error => {
        throw toDeviceError(name, options.port, error)
      })
    },
    reopen(reason) {
      if (port !== null) lose(reason)
    },
    async close() {
      over = true
      stopWaiting()
      const gone = port
      port = null
      if (gone !== null) closingPort = closePort(gone)
      await attempt
      await closingPort
    },
  }
}

function detached(name: string): DeviceError {
  return new DeviceError('DEVICE_DETACHED', name, `${name}: not connected just now`)
}

function checkBaudRate(baudRate: number): number {
  if (Number.isInteger(baudRate) && baudRate >= baudRateMin && baudRate <= baudRateMax) {
    return baudRate
  }
  throw new RangeError(`baud rate ${baudRate} is not between ${baudRateMin} and ${baudRateMax}`)
}

async function openPort(path: string, baudRate: number, timers: Timers): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate, autoOpen: false, lock: true, hupcl: false })
  const opening = new Promise<void>((resolve, reject) => {
    port.open(error => (error ? reject(error) : resolve()))
  })
  let giveUp: Unsubscribe = () => {}
  const late = new Promise<never>((_, reject) => {
    giveUp = timers.after(openMsMax, () => reject(new Error(`${path} did not open in time`)))
  })
  try {
    await Promise.race([opening, late])
  } catch (error) {
    opening.then(
      () => closePort(port),
      () => {},
    )
    throw error
  } finally {
    giveUp()
  }
  useDirectIo(port.port)
  return port
}

function closePort(port: SerialPort): Promise<void> {
  return new Promise(resolve => {
    port.removeAllListeners('data')
    port.on('error', () => {})
    if (port.isOpen) port.close(() => resolve())
    else if (port.closing) port.once('close', () => resolve())
    else resolve()
  })
}

function toDeviceError(name: string, port: string, error: unknown): DeviceError {
  if (error instanceof DeviceError) return error
  const text = error instanceof Error ? error.message : String(error)
  if (/lock|busy|temporarily unavailable/i.test(text)) {
    return new DeviceError(
      'DEVICE_BUSY',
      name,
      `${name}: another program holds ${port}; stop it (a second gate, a terminal program)`,
      error,
    )
  }
  if (/permission|EACCES|access denied/i.test(text)) {
    return new DeviceError(
      'DEVICE_DENIED',
      name,
      `${name}: no permission for ${port}; add this program's user to the group that owns the port`,
      error,
    )
  }
  return new DeviceError(
    'DEVICE_MISSING',
    name,
    `${name}: ${port} can't be opened; check that the device is plugged in and has power`,
    error,
  )
}
