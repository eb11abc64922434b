/**
 * One line as it is edited: Node's readline, which gets one byte at a time, since in a larger piece a
 * Tab is text; and beside it `?` and the search of the history. Each question has an editor of its own,
 * so that what is typed for one is never in another's history.
 */
import { createInterface, type Interface } from 'node:readline'
import { Readable, Writable } from 'node:stream'
import { createSearchKeys } from './history-search.ts'
import { KEY } from './keys.ts'
import { wrapped } from './layout.ts'
import { HISTORY_LINES_MAX, LINE_CHARS_MAX } from './limits.ts'
import { plainText } from './terminal-text.ts'

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

/** What is drawn on. */
export interface Screen {
  readonly columns: number
  readonly utf8: boolean
  write(text: string): void
}

export interface LineEditor {
  take(byte: number): void
  close(): void
}

/** Of what `?` says beyond the screen's edge. */
const HELP_INDENT = ' '.repeat(12)

/** `done` is called once. */
export function beginLine(
  screen: Screen,
  prompt: string,
  habits: LineHabits,
  done: (typed: Typed) => void,
): LineEditor {
  const { hidden = false, history, explain } = habits
  const { editor, type } = openReadline(screen, prompt, habits)
  let over = false
  let escaped = false

  function finish(typed: Typed): void {
    if (over) return
    over = true
    done(typed)
  }

  editor.on('line', text => finish({ kind: 'line', text }))
  editor.on('close', () => finish({ kind: 'end' }))
  editor.on('SIGINT', () => {
    screen.write('^C\n')
    finish({ kind: 'cancelled' })
  })
  if (hidden) screen.write(prompt)
  editor.prompt()

  /** The row of the cursor becomes the line's first. */
  function redraw(): void {
    Object.assign(editor, { prevRows: 0 })
    editor.prompt(true)
  }

  function help(): void {
    const before = editor.line.slice(0, editor.cursor)
    const lines = (explain?.(before) ?? []).flatMap(line =>
      wrapped(plainText(line, screen.utf8), screen.columns, HELP_INDENT),
    )
    screen.write(`?\n${lines.map(line => `${line}\n`).join('')}`)
    redraw()
  }

  const search = createSearchKeys(screen, {
    begin() {
      const { rows } = editor.getCursorPos()
      if (rows > 0) screen.write(`\x1b[${rows}A`)
      return { line: editor.line, history: history ?? [] }
    },
    end(found) {
      if (found !== undefined) Object.assign(editor, { line: found, cursor: found.length })
      redraw()
    },
  })

  /** Undefined: readline's own. */
  function ownKey(byte: number): (() => void) | undefined {
    if (byte === KEY.ctrlR && history !== undefined) return search.begin
    return byte === KEY.question && explain !== undefined && !isQuoted(editor) ? help : undefined
  }

  return {
    take(byte) {
      if (search.take(byte)) return
      const own = escaped ? undefined : ownKey(byte)
      escaped = byte === KEY.escape || (escaped && !isFinal(byte))
      if (own !== undefined) own()
      else type(byte)
      if (!over && editor.line.length > LINE_CHARS_MAX) {
        screen.write('\n')
        finish({ kind: 'too long' })
      }
    },
    close: () => editor.close(),
  }
}

/** `type` gives it one byte. */
function openReadline(
  screen: Screen,
  prompt: string,
  { hidden = false, history, complete }: LineHabits,
): { readonly editor: Interface; readonly type: (byte: number) => void } {
  const input = new Readable({ read() {} })
  const editor = createInterface({
    ...{ input, output: outputOf(screen, hidden), prompt, terminal: true },
    history: [...(history ?? [])],
    historySize: history === undefined ? 0 : HISTORY_LINES_MAX,
    removeHistoryDuplicates: true,
    completer: (before: string) => complete?.(before) ?? [[], before],
  })
  editor.on('history', lines => history?.splice(0, history.length, ...lines))
  // Without a listener readline stops the whole process for Ctrl-Z.
  editor.on('SIGTSTP', () => {})
  return { editor, type: byte => void input.emit('data', Buffer.of(byte)) }
}

/** Whether the cursor is within quotes, where `?` is text. */
function isQuoted({ line, cursor }: Interface): boolean {
  return line.slice(0, cursor).split('"').length % 2 === 0
}

/** Ends an escape sequence: ECMA-48, 5.4. */
function isFinal(byte: number): boolean {
  return byte >= 0x40 && byte <= 0x7e && byte !== 0x5b
}

function outputOf(screen: Screen, hidden: boolean): Writable {
  const output = new Writable({
    decodeStrings: false,
    write(text: string | Buffer, _, next) {
      const shown = String(text)
      if (!hidden) screen.write(shown)
      else if (shown === '\r\n') screen.write('\n')
      next()
    },
  })
  return Object.assign(output, { isTTY: true, columns: screen.columns })
}
