/**
 * A technician's console over a whole gate in virtual time, typed at as bytes: on a line in memory, or
 * on a real pseudo terminal behind the serial driver.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync } from 'node:fs'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { createSerialPort } from '../../../hardware/drivers/serial-port.ts'
import { createNullModem } from '../../../hardware/sim/null-modem.ts'
import { createSerialWire, type DeviceWire } from '../../../hardware/sim/serial-wire.ts'
import { systemTimers } from '../../../hardware/system-time.ts'
import { createDiskInMemory, type GateDisk } from '../../assembly/gate-disk.ts'
import { openSerialEnd } from '../../console/serial-end.ts'
import { startConfigured } from '../config/configured-gate.ts'
import { createTypedLines } from './typed-lines.ts'
import { createTypist, type Received } from './typist.ts'

const UNENROLLED = { identity: undefined, fault: 'a simulation without an identity' } as const

/** The same, on a disk in memory: nothing waits for real time but a start of the gate. */
export async function startConsoleInMemory() {
  const disk = createDiskInMemory(UNENROLLED)
  const typed = await startTypedConsole({}, disk)
  return {
    ...typed,
    async close() {
      await typed.close()
      disk.close()
    },
  }
}

export type TypedConsole = Awaited<ReturnType<typeof startTypedConsole>>

/** `more` of its config; `disk` in place of the data folder. */
export async function startTypedConsole(more: object = {}, disk?: GateDisk) {
  const gate = await startConfigured(tempDir(), more, disk)
  const { time, control } = gate
  const { openLine, technicians, faults, ...typed } = createTypedLines({
    ...{ control, time, dataDir: gate.data },
    note(body) {
      gate.running
        .gate()
        ?.record('login', body)
        .catch(error => faults.push(error))
    },
  })
  const ends: (() => Promise<void>)[] = []

  /** Codes of its losses. */
  function openPort(path: string): readonly string[] {
    const port = createSerialPort({
      ...{ name: 'console', port: path, baudRate: 115_200 },
      ...{ timers: systemTimers, random: () => 0.5 },
    })
    const lost: string[] = []
    ends.push(openSerialEnd(port, technicians, ({ code }) => void lost.push(code)).close)
    return lost
  }

  return {
    ...{ gate, control, time, faults },
    ...typed,
    /** A line in memory. */
    openLine(name?: string) {
      const one = openLine(name)
      ends.push(async () => one.line.close())
      return one
    },
    /** A pseudo terminal, whose far end is typed at. */
    async openPty() {
      const wire = await createSerialWire()
      const received = receivedFrom(wire)
      const lost = openPort(wire.path)
      ends.push(wire.close)
      const one = createTypist(time, bytes => wire.write(bytes), received)
      await one.expect('', 'Press Enter')
      await one.expect('\r', 'login: ')
      return { ...one, wire, lost }
    },
    /** A terminal program at the other end of a cable, with a pseudo terminal as its screen and keys. */
    async openProgram(program: string, args: (path: string) => readonly string[]) {
      const cable = await createNullModem()
      const screen = await createSerialWire()
      const received = receivedFrom(screen)
      openPort(cable.pathA)
      const fd = openSync(screen.path, constants.O_RDWR | constants.O_NOCTTY)
      const child = spawn(program, args(cable.pathB), { stdio: [fd, fd, fd] })
      closeSync(fd)
      const exited = once(child, 'exit')
      ends.push(cable.close, screen.close)
      return { ...createTypist(time, bytes => screen.write(bytes), received), exited }
    },
    async close() {
      for (const end of ends) await end()
      await gate.engine.stop()
    },
  }
}

function receivedFrom(wire: DeviceWire): Received {
  const received = { text: '' }
  wire.onBytes(bytes => {
    received.text += Buffer.from(bytes).toString()
  })
  return received
}
