/**
 * A simulated gate board that runs real firmware: an emulated ATmega328P in its own process, with
 * the same pins to the world as the board in TypeScript.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { createListeners } from '../listeners.ts'
import type { Unsubscribe } from '../ports.ts'
import type { AvrProcessOptions, FromBoard, ToBoard } from './avr-process.ts'
import type { PinChange } from './avr-runner.ts'
import type { SimBoard } from './firmata-board.ts'

/** The firmware of this repository. */
export const gateHexPath = join(import.meta.dirname, '..', 'firmware', 'gate.hex')

export interface AvrBoard extends SimBoard {
  /** What a driver opens. Stays the same over unplug and replug. */
  readonly path: string
  /** Each output change with emulated time. */
  onPinChange(listener: (change: PinChange) => void): Unsubscribe
  onReset(listener: (cause: 'watchdog' | 'pin') => void): Unsubscribe
  unplug(): Promise<void>
  replug(): Promise<void>
  /** The reset button. */
  reset(): Promise<void>
  close(): Promise<void>
}

export interface AvrBoardOptions {
  /** Default: the gate firmware. */
  readonly hexPath?: string
  /** A host opening the port resets the board, as DTR does. Default true. */
  readonly resetOnOpen?: boolean
}

/** Rejects when the process ends before its board is on the wire, e.g. for a damaged .hex. */
export async function createAvrBoard(options: AvrBoardOptions = {}): Promise<AvrBoard> {
  const setup: AvrProcessOptions = {
    hexPath: options.hexPath ?? gateHexPath,
    resetOnOpen: options.resetOnOpen ?? true,
  }
  const child = fork(join(import.meta.dirname, 'avr-process.ts'), [JSON.stringify(setup)], {
    execPath: process.execPath,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const changes = createListeners<[PinChange]>()
  const resets = createListeners<['watchdog' | 'pin']>()
  const levels = new Map<number, 0 | 1>()
  const pending = new Map<number, () => void>()
  let nextId = 1

  const path = await firstMessage(child)
  child.on('message', (message: FromBoard) => {
    if (message.is === 'pin') {
      levels.set(message.change.pin, message.change.level)
      changes.emit(message.change)
    } else if (message.is === 'reset') resets.emit(message.cause)
    else if (message.is === 'done') {
      pending.get(message.id)?.()
      pending.delete(message.id)
    }
  })
  child.once('exit', () => {
    for (const done of pending.values()) done()
    pending.clear()
  })

  function send(message: ToBoard): void {
    if (child.connected) child.send(message)
  }

  function ask(what: 'unplug' | 'replug' | 'reset' | 'close'): Promise<void> {
    if (!child.connected) return Promise.resolve()
    const id = nextId++
    return new Promise(resolve => {
      pending.set(id, resolve)
      send({ do: what, id })
    })
  }

  return {
    path,
    onPin: listener => changes.add(change => listener(change.pin, change.level, performance.now())),
    onPinChange: listener => changes.add(listener),
    onReset: listener => resets.add(listener),
    level: pin => levels.get(pin) ?? 0,
    setInput: (pin, level) => send({ do: 'input', pin, level }),
    unplug: () => ask('unplug'),
    replug: () => ask('replug'),
    reset: () => ask('reset'),
    async close() {
      const gone = new Promise<void>(resolve => {
        if (child.exitCode !== null || child.signalCode !== null) resolve()
        else child.once('exit', () => resolve())
      })
      await ask('close')
      await gone
    },
  }
}

function firstMessage(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let words = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-2000)
    })
    child.once('exit', code => reject(new Error(`the board's process ended (${code}): ${words}`)))
    child.once('message', (message: FromBoard) => {
      if (message.is === 'ready') resolve(message.path)
    })
  })
}
