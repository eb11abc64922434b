/** How far a long run is: one line on a terminal, written over each time, and nothing elsewhere. */

export interface ProgressLine {
  /** At most four times a second. */
  show(text: string): void
  clear(): void
}

const SHOWN_EVERY_MS = 250

export function createProgressLine(
  to: { readonly isTTY?: boolean; write(text: string): unknown } = process.stderr,
): ProgressLine {
  const isShown = to.isTTY === true
  let shownMs = Number.NEGATIVE_INFINITY
  return {
    show(text) {
      if (!isShown || performance.now() - shownMs < SHOWN_EVERY_MS) return
      shownMs = performance.now()
      to.write(`\r\u001b[K${text}`)
    },
    clear() {
      if (isShown) to.write('\r\u001b[K')
    },
  }
}
