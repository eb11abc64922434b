/** A terminal over a stream of bytes: lines with editing and history, hidden input, single keys. */
import type { Timers } from '../../hardware/ports.ts'
import { KEY } from './keys.ts'
import {
  COLUMNS,
  COLUMNS_MAX,
  COLUMNS_MIN,
  PASTE_GAP_MS,
  ROWS_MAX,
  ROWS_MIN,
  TYPE_AHEAD_BYTES_MAX,
} from './limits.ts'
import { beginLine, type LineEditor, type LineHabits, type Typed } from './line-editor.ts'
import type { LineWriter } from './line-writer.ts'
import { toTerminal } from './terminal-text.ts'
import { createSizeFilter } from './window-size.ts'

/** Thrown by what waits for input when the line is lost or its user is logged out. */
export class HungUp extends Error {
  override readonly name = 'HungUp'
}

export interface Terminal {
  columns: number
  /** Undefined: not known, and long output does not page. */
  rows: number | undefined
  utf8: boolean
  write(text: string): void
  /** From the line. */
  receive(bytes: Uint8Array): void
  /** Rejects with HungUp. */
  readLine(prompt: string, habits?: LineHabits): Promise<Typed>
  /** The next byte. Rejects with HungUp. */
  readKey(): Promise<number>
  /** Bytes that were typed ahead. */
  typedAhead(): number
  /**
   * Drops what was typed ahead and what follows it without a gap, as the rest of a pasted block does;
   * how many bytes. Rejects with HungUp.
   */
  dropPasted(timers: Timers): Promise<number>
  /** From now on what comes is dropped, until false. */
  setDeaf(deaf: boolean): void
  /** Everything that waits rejects; nothing that was typed is left. */
  hangUp(): void
}

interface Consumer {
  take(byte: number): void
  end(error: HungUp): void
}

/** `onInterrupt`: Ctrl-C while nothing is read. `onByte`: each byte that comes. */
export function createTerminal(
  writer: Pick<LineWriter, 'write'>,
  on: { readonly interrupt: () => void; readonly byte: () => void },
): Terminal {
  let queue: number[] = []
  let consumer: Consumer | undefined
  let last = 0
  let deaf = false

  function pump(): void {
    while (consumer !== undefined && queue.length > 0) consumer.take(queue.shift() as number)
  }

  function accept(byte: number): void {
    const isHalf = byte === KEY.lineFeed && last === KEY.enter
    last = byte
    if (isHalf) return
    if (byte === KEY.ctrlC && consumer === undefined) {
      queue = []
      on.interrupt()
    } else if (queue.length < TYPE_AHEAD_BYTES_MAX) {
      queue.push(byte)
    }
  }

  /** What `begin` makes takes each byte until it calls `done`. */
  function consume<T>(begin: (done: (value: T) => void) => (byte: number) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      function release(): boolean {
        const isMine = consumer === mine
        if (isMine) consumer = undefined
        return isMine
      }
      const take = begin(value => {
        if (release()) resolve(value)
      })
      const mine: Consumer = {
        take,
        end(error) {
          if (release()) reject(error)
        },
      }
      consumer = mine
      pump()
    })
  }

  const sizes = createSizeFilter((rows, columns) => {
    if (rows >= ROWS_MIN && rows <= ROWS_MAX) terminal.rows = rows
    if (columns >= COLUMNS_MIN && columns <= COLUMNS_MAX) terminal.columns = columns
  })

  const terminal: Terminal = {
    columns: COLUMNS,
    rows: undefined,
    utf8: false,
    write: text => writer.write(toTerminal(text)),
    receive(bytes) {
      for (const byte of bytes) {
        on.byte()
        for (const one of sizes.pass(byte)) if (!deaf) accept(one)
      }
      pump()
    },
    async readLine(prompt, habits = {}) {
      let editor: LineEditor | undefined
      try {
        return await consume<Typed>(done => {
          editor = beginLine(terminal, prompt, habits, done)
          return editor.take
        })
      } finally {
        editor?.close()
      }
    },
    readKey: () => consume<number>(done => done),
    typedAhead: () => queue.length,
    dropPasted: timers =>
      consume<number>(done => {
        let dropped = 0
        function lookAfter(before: number): void {
          timers.after(PASTE_GAP_MS, () =>
            dropped === before ? done(dropped) : lookAfter(dropped),
          )
        }
        lookAfter(0)
        return () => {
          dropped += 1
        }
      }),
    setDeaf(on) {
      deaf = on
      if (on) queue = []
    },
    hangUp() {
      queue = []
      last = 0
      consumer?.end(new HungUp())
    },
  }
  return terminal
}
