/**
 * Takes reports of a window's size out of what a terminal sends: `ESC [ 8 ; rows ; columns t`, as
 * xterm reports it (ctlseqs, "Window manipulation"). `npm run console` sends one at its start and
 * whenever the window changes. Everything else passes, byte by byte.
 */
const FORM = /^\x1b(\[(8(;(\d{1,4}(;(\d{1,4}t?)?)?)?)?)?)?$/

export interface SizeFilter {
  /** The bytes that pass once this one has come. */
  pass(byte: number): readonly number[]
}

export function createSizeFilter(onSize: (rows: number, columns: number) => void): SizeFilter {
  let held = ''
  return {
    pass(byte) {
      // A lone ESC is passed at once with the byte after it: on its own it does nothing.
      const text = held + String.fromCharCode(byte)
      if (FORM.test(text)) {
        held = text
        if (!text.endsWith('t')) return []
        held = ''
        const [, rows = 0, columns = 0] = text
          .split(/[^\d]+/)
          .filter(Boolean)
          .map(Number)
        onSize(rows, columns)
        return []
      }
      held = ''
      return Array.from(text, one => one.charCodeAt(0))
    },
  }
}
