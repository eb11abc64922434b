/**
 * A simulated serial line: a pseudo terminal whose slave a driver opens by path, and whose master is
 * the device's end. Bytes towards the host are paced at the baud rate; the line can be unplugged and
 * plugged in again under the same path.
 *
 * Only the native `open` of the pty addon is used. Its JavaScript layer reads the slave's bytes,
 * leaks a descriptor and signals every process of the machine.
 */
import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createListeners } from '../listeners.ts'
import type { Unsubscribe } from '../ports.ts'
import { openPtyEnd, type PtyEnd } from './pty-end.ts'
import { createPacer, type WireFaults } from './wire-pacer.ts'

/** The device's end of a line. A simulated device needs only this. */
export interface DeviceWire {
  /** Bytes the host sent. */
  onBytes(listener: (bytes: Uint8Array) => void): Unsubscribe
  /** Queues bytes for the host; lost when no host has the port open, as on a real line. */
  write(bytes: Uint8Array): void
  /** The host opened the port: on many boards this resets them, through DTR. */
  onHostOpen(listener: () => void): Unsubscribe
  onHostClose(listener: () => void): Unsubscribe
}

export interface SerialWire extends DeviceWire {
  /** What a driver opens. Stays the same over unplug and replug. */
  readonly path: string
  readonly plugged: boolean
  /** Bytes still waiting for their time on the line. */
  readonly pendingBytes: number
  /** While `on` the device reads nothing of what the host sends. Over with an unplug. */
  stall(on: boolean): void
  /** Pulls the plug: the host's port dies, the path disappears. */
  unplug(): void
  replug(): Promise<void>
  close(): Promise<void>
}

export interface SerialWireOptions {
  /** Bits per second, 10 bits a byte. Left out: no pacing (the device paces itself). */
  readonly baudRate?: number
  /** Noise, splits and delays on the way to the host. */
  readonly faults?: WireFaults
}

export async function createSerialWire(options: SerialWireOptions = {}): Promise<SerialWire> {
  const folder = mkdtempSync(join(tmpdir(), 'wire-'))
  const path = join(folder, 'tty')
  const bytesIn = createListeners<[Uint8Array]>()
  const opened = createListeners<[]>()
  const closed = createListeners<[]>()
  let end: PtyEnd | null = null
  let closing: Promise<void>[] = []
  let over = false

  const pacer = createPacer({
    baudRate: options.baudRate,
    faults: options.faults,
    send: bytes => end?.write(bytes),
  })

  async function plug(): Promise<void> {
    const fresh = await openPtyEnd({
      onBytes: bytes => bytesIn.emit(bytes),
      onHostOpen: () => opened.emit(),
      onHostClose: () => {
        pacer.clear()
        closed.emit()
      },
    })
    if (over) {
      await fresh.close()
      return
    }
    end = fresh
    symlinkSync(fresh.slavePath, path)
  }

  function unplug(): void {
    if (end === null) return
    const gone = end
    end = null
    pacer.clear()
    unlinkSync(path)
    const done = gone.close()
    closing.push(done)
    void done.then(() => {
      closing = closing.filter(other => other !== done)
    })
  }

  await plug()
  return {
    path,
    get plugged() {
      return end !== null
    },
    get pendingBytes() {
      return pacer.pendingBytes
    },
    onBytes: listener => bytesIn.add(listener),
    onHostOpen: listener => opened.add(listener),
    onHostClose: listener => closed.add(listener),
    write(bytes) {
      if (end?.hostOpen) pacer.push(bytes)
    },
    stall: on => end?.stall(on),
    unplug,
    async replug() {
      if (end === null && !over) await plug()
    },
    async close() {
      over = true
      unplug()
      await Promise.all(closing)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
