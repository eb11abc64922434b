/**
 * The prompt of `npm start`: what happens meanwhile is told above the line that is being typed, and
 * that line is drawn again. Without a terminal it reads lines and writes plain text.
 */
import { clearScreenDown, createInterface, cursorTo, moveCursor } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { wrapped } from '../../gate/console/layout.ts'

export interface TerminalParts {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  /** What a line that begins so may go on with: each a whole line. */
  readonly complete: (line: string) => readonly string[]
}

export interface Terminal {
  /** Any number of lines; broken at the screen's width. */
  say(text: string): void
  /** On a screen alone, until something is said: what is waited for. */
  wait(text: string): void
  /**
   * Takes lines, one after the other, until `run` resolves false for one, Ctrl-C or Ctrl-D comes, or
   * the terminal is gone. Goes on after the end of a pipe.
   */
  read(run: (line: string) => Promise<boolean>): Promise<void>
  /** Resolves when nobody can read what is written any more. */
  readonly gone: Promise<unknown>
  close(): void
}

const PROMPT = '> '
const COLUMNS = 80
/** Where a line that was broken goes on. */
const INDENT = ' '.repeat(10)
const ERASE = '\r\x1b[K'

export function createTerminal({ input, output, complete }: TerminalParts): Terminal {
  const isTyped = input.isTTY === true && output.isTTY === true
  const { promise: gone, resolve: lose } = Promise.withResolvers<unknown>()
  let lines: ReturnType<typeof createInterface> | undefined
  let waiting = false
  // A terminal that is closed fails each write.
  output.on('error', lose)
  input.on('error', lose)

  function say(text: string): void {
    const columns = output.columns ?? COLUMNS
    const told = text.split('\n').flatMap(line => wrapped(line, columns, INDENT))
    const above = `${told.join('\n')}\n`
    if (lines === undefined || !isTyped) {
      output.write(waiting ? `${ERASE}${above}` : above)
      waiting = false
      return
    }
    const { rows } = lines.getCursorPos()
    moveCursor(output, 0, -rows)
    cursorTo(output, 0)
    clearScreenDown(output)
    output.write(above)
    // Else the line is drawn as many rows further up as readline believes it to have.
    Object.assign(lines, { prevRows: 0 })
    lines.prompt(true)
  }

  function wait(text: string): void {
    if (output.isTTY !== true) return
    output.write(`${ERASE}${text}`)
    waiting = true
  }

  function read(run: (line: string) => Promise<boolean>): Promise<void> {
    const completer = (line: string): [string[], string] => [[...complete(line)], line]
    const reader = createInterface({ input, output, prompt: PROMPT, completer, terminal: isTyped })
    lines = reader
    reader.on('error', lose)
    if (isTyped) reader.prompt()
    return new Promise(resolve => {
      let queue = Promise.resolve()
      reader.on('SIGINT', resolve)
      reader.on('close', () => {
        if (isTyped) resolve()
      })
      reader.on('line', line => {
        queue = queue.then(async () => {
          if (!(await run(line))) resolve()
          else if (isTyped && lines === reader) reader.prompt(true)
        })
      })
    })
  }

  function close(): void {
    const reader = lines
    lines = undefined
    reader?.close()
    // An open terminal would keep the program.
    input.pause()
    if ('unref' in input && typeof input.unref === 'function') input.unref()
  }

  return { say, wait, read, gone, close }
}
