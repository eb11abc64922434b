/** The table of codes as Markdown, for codes.md: one row a code, in the table's own order. */
import { ALARMS, VERDICTS } from './codes.ts'
import type { AlarmRow, Sign, VerdictRow } from './sign.ts'

const SHOWN: Readonly<Record<Sign, string>> = {
  pass: '✓',
  refuse: '✗',
  retry: '↻',
  fraud: '! fraud',
  intrusion: '! intrusion',
  open: 'open',
  service: 'amber',
  none: '–',
}

/** Ends with a line end; holds no line that begins with `#`. */
export function renderCodes(): string {
  const verdicts = Object.entries<VerdictRow>(VERDICTS).map(([code, row]) =>
    line([`\`${code}\``, SHOWN[row.sign], row.zh, row.en, row.who, row.action]),
  )
  const alarms = Object.entries<AlarmRow>(ALARMS).map(([code, row]) =>
    line([`\`${code}\``, SHOWN[row.sign], row.who, row.action]),
  )
  return [
    line(['verdict', 'sign', '乘客', 'passenger', 'who', 'what to do']),
    line(Array(6).fill('---')),
    ...verdicts,
    '',
    line(['alarm or state', 'sign', 'who', 'what to do']),
    line(Array(4).fill('---')),
    ...alarms,
    '',
  ].join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
