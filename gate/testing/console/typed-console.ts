/**
 * A technician's console over a whole gate in virtual time, typed at as bytes: on a line in memory, or
 * on a real pseudo terminal behind the serial driver.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, constants, openSync } from 'node:fs'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { createSerialPort } from '../../../hardware/drivers/serial-port.ts'
import { createNullModem } from '../../../hardware/sim/null-modem.ts'
import { createSerialWire, type DeviceWire } from '../../../hardware/sim/serial-wire.ts'
import { until } from '../../../hardware/sim/until.ts'
import { systemTimers } from '../../../hardware/system-time.ts'
import type { Level, LoginBody } from '../../console/command.ts'
import { createConsole } from '../../console/console.ts'
import { openSerialEnd } from '../../console/serial-end.ts'
import { createUsers } from '../../console/users.ts'
import { startConfigured } from '../config/configured-gate.ts'

/** Hashes cost next to nothing here. */
const CHEAP = { N: 2, r: 1, p: 1 }
export const PASSWORD = 'correct horse'
export const IDLE_MS = 600_000

/** What takes longer waits for time to pass, milliseconds a look from then on. */
const QUICK_LOOKS = 30

/** Somebody at one line. */
export interface Typist {
  /** All that came since the last call, as text. */
  seen(): string
  type(text: string | Uint8Array): void
  /** Types, and waits until this comes, looking at what came since the last wait; gives all of that. */
  expect(typed: string, wanted: string | RegExp): Promise<string>
  /** Types a line and waits for the next prompt; gives what stands between. */
  command(line: string): Promise<string>
  logIn(name: string, password?: string): Promise<void>
}

export type TypedConsole = Awaited<ReturnType<typeof startTypedConsole>>

export async function startTypedConsole(more: object = {}) {
  const gate = await startConfigured(tempDir(), more)
  const { time, control, data } = gate
  const users = createUsers({ dataDir: data, randomBytes, cost: CHEAP })
  const notes: LoginBody[] = []
  const faults: unknown[] = []
  const technicians = createConsole({
    ...{ control, users, clock: time.clock, timers: time.timers, idleMs: IDLE_MS },
    note(body) {
      notes.push(body)
      gate.running
        .gate()
        ?.record('login', body)
        .catch(error => faults.push(error))
    },
    onFault: error => void faults.push(error),
    saveBundle: async () => ({ file: 'data/support.tar.gz', bytes: 40_000 }),
    selfTest: { reach: async () => undefined },
  })
  const ends: (() => Promise<void>)[] = []

  /** Real work goes on between the looks; virtual time only by what `step` says. */
  function typist(write: (bytes: Uint8Array) => void, received: { text: string }): Typist {
    let read = 0
    async function expect(typed: string, wanted: string | RegExp): Promise<string> {
      const isThere = () => {
        const fresh = received.text.slice(read)
        return typeof wanted === 'string' ? fresh.includes(wanted) : wanted.test(fresh)
      }
      if (typed !== '') write(Buffer.from(typed))
      let looks = 0
      await until(
        `${JSON.stringify(wanted.toString())} after ${JSON.stringify(typed)}`,
        async () => {
          looks += 1
          if (!isThere()) await time.advanceAsync(looks > QUICK_LOOKS ? 50 : 1)
          return isThere()
        },
      )
      const fresh = received.text.slice(read)
      read = received.text.length
      return fresh
    }
    return {
      seen() {
        const fresh = received.text.slice(read)
        read = received.text.length
        return fresh
      },
      type: text => write(Buffer.from(text)),
      expect,
      async command(line) {
        const all = await expect(`${line}\r`, PROMPT)
        return plain(all)
      },
      async logIn(name, password = PASSWORD) {
        await expect(`${name}\r`, 'password: ')
        await expect(`${password}\r`, PROMPT)
      },
    }
  }

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
    ...{ gate, control, users, notes, faults, time },
    addUser: (name: string, level: Level) => users.add(name, level, PASSWORD),
    /** A line in memory. */
    openLine(name = 'line') {
      const received = { text: '' }
      const line = technicians.openLine(
        name,
        async bytes => {
          received.text += Buffer.from(bytes).toString()
        },
        { failures: 0 },
      )
      ends.push(async () => line.close())
      return { ...typist(bytes => line.receive(bytes), received), line }
    },
    /** A pseudo terminal, whose far end is typed at. */
    async openPty() {
      const wire = await createSerialWire()
      const received = receivedFrom(wire)
      const lost = openPort(wire.path)
      ends.push(wire.close)
      const one = typist(bytes => wire.write(bytes), received)
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
      return { ...typist(bytes => screen.write(bytes), received), exited }
    },
    async close() {
      for (const end of ends) await end()
      await gate.engine.stop()
    },
  }
}

/** At the end of what has come: readline draws the prompt, then puts the cursor behind it. */
export const LOGIN = /login: \r\x1b\[7C$/
export const PROMPT = /north-1[>#] \r\x1b\[9C$/

function receivedFrom(wire: DeviceWire): { text: string } {
  const received = { text: '' }
  wire.onBytes(bytes => {
    received.text += Buffer.from(bytes).toString()
  })
  return received
}

/** Without the escapes by which readline draws a line, and without the prompt at the end. */
export function plain(text: string): string {
  return text
    .replace(PROMPT, '')
    .replaceAll(/\r?\x1b\[\d*[A-Z]/g, '')
    .replaceAll('\r\n', '\n')
}
