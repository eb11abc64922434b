/** The last lines that the program logged, for a support bundle. Bounded in lines and characters. */
import { LOG_TAIL_CHARS_MAX, LOG_TAIL_LINES_MAX } from '../limits.ts'

export interface LogTail {
  /** One line, as pino writes it to a stream. */
  write(line: string): void
  /** Oldest first. */
  lines(): readonly string[]
}

export function createLogTail(
  linesMax = LOG_TAIL_LINES_MAX,
  charsMax = LOG_TAIL_CHARS_MAX,
): LogTail {
  let lines: string[] = []
  let begin = 0
  let chars = 0

  /** Takes off the oldest; the array is cut now and then, not at every line. */
  function shorten(): void {
    while (lines.length - begin > linesMax || chars > charsMax) {
      chars -= lines[begin++]?.length ?? 0
    }
    if (begin < linesMax) return
    lines = lines.slice(begin)
    begin = 0
  }

  return {
    write(line) {
      const kept = line.trimEnd().slice(0, charsMax)
      lines.push(kept)
      chars += kept.length
      shorten()
    },
    lines: () => lines.slice(begin),
  }
}
