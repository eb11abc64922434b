/** The terminal on the technician's line: xterm.js, loaded when somebody opens it. */
import '@xterm/xterm/css/xterm.css'
import { effect } from '@preact/signals'
import { Terminal } from '@xterm/xterm'
import type { ConsoleLine } from './console-line.ts'
import { say } from './texts.ts'

export interface TerminalParts {
  /** Empty, as wide as the terminal may be. */
  readonly place: HTMLElement
  readonly line: ConsoleLine
  /** The element that says how to get out again. */
  readonly hintId: string
  /** Somebody leaves it by the keyboard. */
  readonly onLeave: () => void
}

export interface OpenTerminal {
  focus(): void
  close(): void
}

/** As the console prints, where nobody told it of a wider screen. */
const COLUMNS = 80
const ROWS = 24
const FONT_PX_MAX = 14
/** Below this it is scrolled sideways. */
const FONT_PX_MIN = 9
/** Of a letter: below 1.2 some fonts lose their underscores. */
const LINE_HEIGHT = 1.25
/** Of a screen in a dark room, in both themes. */
const THEME = { background: '#0c1512', foreground: '#d7e4de', cursor: '#5cf0a4' }

export function openTerminal({ place, line, hintId, onLeave }: TerminalParts): OpenTerminal {
  const terminal = new Terminal({
    ...{ cols: COLUMNS, rows: ROWS, fontSize: FONT_PX_MAX, lineHeight: LINE_HEIGHT, theme: THEME },
    fontFamily: getComputedStyle(place).fontFamily,
    screenReaderMode: true,
  })
  terminal.open(place)
  terminal.textarea?.setAttribute('aria-describedby', hintId)
  const named = effect(() => terminal.textarea?.setAttribute('aria-label', say('console.title')))
  // Tab is a key of the console: without another way out the keyboard would be caught here.
  terminal.attachCustomKeyEventHandler(({ key, type }) => {
    if (key !== 'Escape') return true
    if (type === 'keydown') onLeave()
    return false
  })
  terminal.onData(text => line.type(text))
  const fitted = new ResizeObserver(() => fit(terminal, place))
  fitted.observe(place)
  const heard = line.listen(bytes => terminal.write(bytes))
  return {
    focus: () => terminal.focus(),
    close() {
      heard()
      fitted.disconnect()
      named()
      terminal.dispose()
    },
  }
}

/** The largest letters with which a whole line is seen. */
function fit(terminal: Terminal, place: HTMLElement): void {
  const screen = place.querySelector('.xterm-screen')
  if (screen === null || screen.clientWidth === 0) return
  const { fontSize = FONT_PX_MAX } = terminal.options
  const size = Math.floor((fontSize * place.clientWidth) / screen.clientWidth)
  terminal.options.fontSize = Math.max(FONT_PX_MIN, Math.min(FONT_PX_MAX, size))
}
