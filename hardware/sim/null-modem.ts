/**
 * A cable between two programs that both want a device path: a gate's console port and a terminal
 * program. Bytes that one end's host writes come out at the other end, paced at the baud rate.
 */
import { createSerialWire, type SerialWire } from './serial-wire.ts'

export interface NullModem {
  /** Path of one end; stays the same over unplug and replug. */
  readonly pathA: string
  readonly pathB: string
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
    unplug: end => wires[end].unplug(),
    replug: end => wires[end].replug(),
    async close() {
      await Promise.all([a.close(), b.close()])
    },
  }
}
