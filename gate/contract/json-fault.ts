/** Where a text stops being JSON (RFC 8259): JSON.parse has no position for most faults. Pure. */

const SPACE = /[ \t\n\r]*/y
/** From the space on, but for quote and backslash. */
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const PLAIN = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

const BAD_STRING = 'what begins with this quote does not end, or holds what must be escaped'

/**
 * `line 3, column 5: …`, both from 1, of a text that JSON.parse refuses. What it says is what may
 * stand there; nothing of the text is repeated.
 */
export function jsonFault(text: string): string {
  let at = 0
  /** Brackets that are open, the last one innermost. */
  const open: ('{' | '[')[] = []

  function skip(pattern: RegExp): boolean {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found === null) return false
    at += found[0].length
    return true
  }

  function take(char: string): boolean {
    skip(SPACE)
    if (text[at] !== char) return false
    at += 1
    return true
  }

  /** Up to a value that is whole, or up to the first of a bracket; what is missing else. */
  function value(): string | undefined {
    for (;;) {
      if (take('{')) {
        open.push('{')
        if (take('}')) return void open.pop()
        const fault = key()
        if (fault !== undefined) return fault
      } else if (take('[')) {
        open.push('[')
        if (take(']')) return void open.pop()
      } else {
        skip(SPACE)
        if (skip(STRING) || skip(PLAIN)) return undefined
        return text[at] === '"' ? BAD_STRING : 'a value is expected'
      }
    }
  }

  function key(): string | undefined {
    skip(SPACE)
    if (!skip(STRING)) return text[at] === '"' ? BAD_STRING : 'a key in double quotes is expected'
    return take(':') ? undefined : '":" is expected'
  }

  function fault(): string {
    for (let what = value(); ; what = value()) {
      if (what !== undefined) return what
      while (open.length > 0 && take(open.at(-1) === '{' ? '}' : ']')) open.pop()
      if (open.length === 0) return 'nothing more is expected'
      const end = open.at(-1) === '{' ? '"," or "}" is expected' : '"," or "]" is expected'
      if (!take(',')) return end
      const next = open.at(-1) === '{' ? key() : undefined
      if (next !== undefined) return next
    }
  }

  if (text.trim() === '') return 'line 1, column 1: the file is empty'
  const what = fault()
  skip(SPACE)
  const before = text.slice(0, at).split('\n')
  const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`
  return at >= text.length ? `${place}: the file ends here, and ${what}` : `${place}: ${what}`
}
