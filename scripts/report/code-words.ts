/** What a code means, in a sentence or two of plain text: what its owner is told, and what is to be done. Pure. */
import { ALARMS, VERDICTS } from '../../gate/contract/codes.ts'

/** '' for a code that no table has. */
export function meaningOf(code: string): string {
  if (Object.hasOwn(VERDICTS, code)) {
    const { en, action } = VERDICTS[code as keyof typeof VERDICTS]
    return `${en}. ${action}.`
  }
  return Object.hasOwn(ALARMS, code) ? `${ALARMS[code as keyof typeof ALARMS].action}.` : ''
}
