/**
 * A terminal over a stream of bytes: lines with editing and history, hidden input, single keys. The
 * editing is Node's readline, which gets one byte at a time: in a larger piece a Tab is text. Each
 * question has an interface of its own, so that what is typed for one is never in another's history.
 */
import { createInterface, type Interface } from 'node:readline'
import { Readable, Writable } from 'node:stream'
import { wrapped } from './layout.ts'
import {
  COLUMNS,
  COLUMNS_MAX,
  COLUMNS_MIN,
  HISTORY_LINES_MAX,
  LINE_CHARS_MAX,
  ROWS_MAX,
  ROWS_MIN,
  TYPE_AHEAD_BYTES_MAX,
} from './limits.ts'
import type { LineWriter } from './line-writer.ts'
import { plainText, toTerminal } from './terminal-text.ts'
import { createSizeFilter } from './window-size.ts'

/** Thrown by what waits for input when the line is lost or its user is logged out. */
export class HungUp extends Error {
  override readonly name = 'HungUp'
}

export type Typed =
  | { readonly kind: 'line'; readonly text: string }
  /** Ctrl-C. */
  | { readonly kind: 'cancelled' }
  /** Ctrl-D on an empty line. */
  | { readonly kind: 'end' }
  | { readonly kind: 'too long' }

export interface LineHabits {
  /** Nothing is shown of what is typed. */
  readonly hidden?: boolean
  /** Newest first; the line is added to it. */
  readonly history?: string[]
  /** What may stand at the end of this text: whole words, and the part that they replace. */
  readonly complete?: (before: string) => [string[], string]
  /** What may follow this text, for `?`. */
  readonly explain?: (before: string) => readonly string[]
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
  /** From now on what comes is dropped, until false. */
  setDeaf(deaf: boolean): void
  /** Everything that waits rejects; nothing that was typed is left. */
  hangUp(): void
}

interface Consumer {
  take(byte: number): void
  end(error: HungUp): void
}

/** Of what `?` says beyond the screen's edge. */
const HELP_INDENT = ' '.repeat(12)

const KEY = { ctrlC: 3, lineFeed: 10, enter: 13, escape: 27, space: 32, question: 63, delete: 127 }

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
      let editor: Interface | undefined
      try {
        return await consume<Typed>(done => {
          const begun = beginLine(terminal, prompt, habits, done)
          editor = begun.editor
          return begun.take
        })
      } finally {
        editor?.close()
      }
    },
    readKey: () => consume<number>(done => done),
    typedAhead: () => queue.length,
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

function beginLine(
  terminal: Terminal,
  prompt: string,
  { hidden = false, history, complete, explain }: LineHabits,
  done: (typed: Typed) => void,
): { readonly editor: Interface; readonly take: (byte: number) => void } {
  const input = new Readable({ read() {} })
  const output = outputOf(terminal, hidden)
  let over = false
  let escaped = false
  const editor = createInterface({
    ...{ input, output, prompt, terminal: true, removeHistoryDuplicates: true },
    history: [...(history ?? [])],
    historySize: history === undefined ? 0 : HISTORY_LINES_MAX,
    completer: (before: string) => complete?.(before) ?? [[], before],
  })

  function finish(typed: Typed): void {
    if (over) return
    over = true
    done(typed)
  }

  editor.on('history', lines => history?.splice(0, history.length, ...lines))
  editor.on('line', text => finish({ kind: 'line', text }))
  editor.on('close', () => finish({ kind: 'end' }))
  // Without a listener readline stops the whole process for Ctrl-Z.
  editor.on('SIGTSTP', () => {})
  editor.on('SIGINT', () => {
    terminal.write('^C\n')
    finish({ kind: 'cancelled' })
  })
  if (hidden) terminal.write(prompt)
  editor.prompt()

  function help(): void {
    const before = editor.line.slice(0, editor.cursor)
    const lines = (explain?.(before) ?? []).flatMap(line =>
      wrapped(plainText(line, terminal.utf8), terminal.columns, HELP_INDENT),
    )
    terminal.write(`?\n${lines.map(line => `${line}\n`).join('')}`)
    // The rows of the line as it was drawn are above now.
    Object.assign(editor, { prevRows: 0 })
    editor.prompt(true)
  }

  return {
    editor,
    take(byte) {
      const asks = byte === KEY.question && explain !== undefined && !escaped && !isQuoted(editor)
      escaped = byte === KEY.escape || (escaped && !isFinal(byte))
      if (asks) return help()
      input.emit('data', Buffer.of(byte))
      if (!over && editor.line.length > LINE_CHARS_MAX) {
        terminal.write('\n')
        finish({ kind: 'too long' })
      }
    },
  }
}

/** Whether the cursor is within quotes, where `?` is text. */
function isQuoted({ line, cursor }: Interface): boolean {
  return line.slice(0, cursor).split('"').length % 2 === 0
}

/** Ends an escape sequence: ECMA-48, 5.4. */
function isFinal(byte: number): boolean {
  return byte >= 0x40 && byte <= 0x7e && byte !== 0x5b
}

function outputOf(terminal: Terminal, hidden: boolean): Writable {
  const output = new Writable({
    decodeStrings: false,
    write(text: string | Buffer, _, next) {
      const shown = String(text)
      if (!hidden) terminal.write(shown)
      else if (shown === '\r\n') terminal.write('\n')
      next()
    },
  })
  return Object.assign(output, { isTTY: true, columns: terminal.columns })
}
