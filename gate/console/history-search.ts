/**
 * Lines of the history by what stands in them: Ctrl-R as GNU readline has it (manual, 1.2.5), in plain
 * ASCII and on one row.
 */
import { KEY } from './keys.ts'
import { SEARCH_CHARS_MAX } from './limits.ts'
import { columnsOf, plainText, shortenedTo } from './terminal-text.ts'

/** How far a search has come. */
export interface Search {
  /** Newest first. */
  readonly history: readonly string[]
  /** As it was before. */
  readonly begun: string
  /** What is looked for, letters of either case. */
  readonly text: string
  /** What was found last, and where; before that what was begun. */
  readonly line: string
  readonly at: number | undefined
  /** Whether `text` stands in it. */
  readonly isFound: boolean
}

export function beginSearch(history: readonly string[], begun: string): Search {
  return { history, begun, text: '', line: begun, at: undefined, isFound: true }
}

/** The line at hand stays where the longer text stands in it too. */
export function withChar(search: Search, char: string): Search {
  const text = search.text + char
  if (text.length > SEARCH_CHARS_MAX) return search
  return found({ ...search, text }, search.at ?? 0)
}

/** From the newest line on. */
export function withoutChar(search: Search): Search {
  const text = [...search.text].slice(0, -1).join('')
  return text === '' ? beginSearch(search.history, search.begun) : found({ ...search, text }, 0)
}

export function olderOne(search: Search): Search {
  return search.text === '' ? search : found(search, (search.at ?? -1) + 1)
}

function found(search: Search, from: number): Search {
  const at = search.history.findIndex((line, place) => place >= from && placeIn(line, search) >= 0)
  const line = search.history[at]
  return line === undefined ? { ...search, isFound: false } : { ...search, line, at, isFound: true }
}

const placeIn = (line: string, { text }: Pick<Search, 'text'>): number =>
  line.toLowerCase().indexOf(text.toLowerCase())

/** As `(search)'relay': test relay A entry`, within one row; of a long line the part that was found. */
export function searchRow(search: Search, columns: number, utf8: boolean): string {
  const shown = (text: string) => plainText(text, utf8)
  const head = `${search.isFound ? '(search)' : '(no match)'}'${shown(search.text)}': `
  const room = columns - 1 - columnsOf(head)
  const place = Math.max(0, placeIn(search.line, search))
  const end = place + search.text.length
  const from = columnsOf(shown(search.line.slice(0, end))) <= room ? 0 : place
  return shortenedTo(head + shown(search.line.slice(from)), columns - 1)
}

export interface SearchedLine {
  /** The cursor goes to the row where the line begins. Gives what is searched. */
  begin(): { readonly line: string; readonly history: readonly string[] }
  /** Draws the line again: what was found, or, undefined, as it was. */
  end(found: string | undefined): void
}

export interface SearchKeys {
  begin(): void
  /** False: the key is not the search's; a search that was on is over, its line taken. */
  take(byte: number): boolean
}

/** The keys of a search, and its row on the screen. */
export function createSearchKeys(
  screen: { readonly columns: number; readonly utf8: boolean; write(text: string): void },
  searched: SearchedLine,
): SearchKeys {
  let search: Search | undefined
  let letters = new TextDecoder()

  function show(next: Search): true {
    search = next
    screen.write(`${CLEAR}${searchRow(next, screen.columns, screen.utf8)}`)
    return true
  }

  function end(line: string | undefined): void {
    search = undefined
    screen.write(CLEAR)
    searched.end(line)
  }

  return {
    begin() {
      const { line, history } = searched.begin()
      letters = new TextDecoder()
      show(beginSearch(history, line))
    },
    take(byte) {
      if (search === undefined) return false
      if (byte === KEY.ctrlR) return show(olderOne(search))
      if (byte === KEY.delete || byte === KEY.backspace) return show(withoutChar(search))
      if (byte === KEY.ctrlC || byte === KEY.ctrlG) {
        end(undefined)
        return true
      }
      if (byte < KEY.space) {
        end(search.line)
        return false
      }
      const char = letters.decode(Uint8Array.of(byte), { stream: true })
      return char === '' ? true : show(withChar(search, char))
    },
  }
}

/** To the beginning of the row, and nothing from there on: ECMA-48, 8.3.39. */
const CLEAR = '\r\x1b[0J'
