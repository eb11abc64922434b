/** The table of refusals as Markdown, for control.md: one row a code, in the table's own order. */
import { CONTROL_REFUSALS } from './control-codes.ts'
import { DEVICE_REMEDIES } from './device-faults.ts'

/** Ends with a line end; holds no line that begins with `#`. */
export function renderRefusals(): string {
  return table(['refusal', 'why, and what to do'], CONTROL_REFUSALS)
}

export function renderDeviceFaults(): string {
  return table(['device error', 'what to do'], DEVICE_REMEDIES)
}

function table(head: readonly string[], rows: Readonly<Record<string, string>>): string {
  const lines = Object.entries(rows).map(([code, action]) => `| \`${code}\` | ${action} |`)
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...lines, ''].join(
    '\n',
  )
}
