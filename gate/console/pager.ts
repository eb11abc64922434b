/** Long output by the screen, where the terminal's height is known. */
import type { Caller } from './command.ts'

const MORE = '-- more: Space goes on, q ends --'

export async function page(caller: Caller, lines: readonly string[]): Promise<void> {
  const { rows } = caller.terminal
  const screen = rows === undefined ? lines.length : Math.max(2, rows - 1)
  for (let at = 0; at < lines.length; at += screen) {
    if (at > 0 && !(await caller.more(MORE))) return
    for (const line of lines.slice(at, at + screen)) caller.print(line)
    await caller.drained()
  }
}
