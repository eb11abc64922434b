/**
 * A cable between two programs that both want a device path: a gate's console port and a terminal
 * program. Bytes that one end's host writes come out at the other end, paced at the baud rate.
 */
import type { Unsubscribe } from '../ports.ts'
import { createSerialWire, type SerialWire } from './serial-wire.ts'

/** A third plug on the cable, beside end B. */
export interface Tap {
  /** Hears what end A's host sends. */
  onBytes(listener: (bytes: Uint8Array) => void): Unsubscribe
  /** Sends to end A's host, as end B's does; lost when it has its port shut. */
  write(bytes: Uint8Array): void
}

export interface NullModem {
  /** Path of one end; stays the same over unplug and replug. */
  readonly pathA: string
  readonly pathB: string
  readonly tap: Tap
  /** Pulls the cable out of one end. */
  unplug(end: 'a' | 'b'): void
  replug(end: 'a' | 'b'): Promise<void>
  close(): Promise<void>
}

/** `baudRate` in bits per second; left out: as fast as the machine can. */
export async function createNullModem(options: { baudRate?: number } = {}): Promise<NullModem> {
  const a = await createSerialWire(options)
  let b: SerialWire
  try {
    b = await createSerialWire(options)
  } catch (error) {
    await a.close()
    throw error
  }
  a.onBytes(bytes => b.write(bytes))
  b.onBytes(bytes => a.write(bytes))
  const wires = { a, b }
  return {
    pathA: a.path,
    pathB: b.path,
    tap: { onBytes: a.onBytes, write: a.write },
    unplug: end => wires[end].unplug(),
    replug: end => wires[end].replug(),
    async close() {
      await Promise.all([a.close(), b.close()])
    },
  }
}
