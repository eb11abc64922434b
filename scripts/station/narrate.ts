/** The gate's log lines as a person would tell them. */

import type { LogLine } from '../../fixtures/child.ts'
import { ALARMS, VERDICTS } from '../../gate/contract/codes.ts'
import { explainCode } from '../../gate/contract/explain-row.ts'
import type { Said } from '../../server/web/station/protocol.ts'

const SIGNS: Readonly<Record<string, string>> = {
  pass: 'green arrow',
  refuse: 'red cross',
  retry: 'amber cross',
  fraud: 'red cross, blinking',
  intrusion: 'red cross, blinking',
  open: 'arrows both ways',
}

type Teller = (line: LogLine) => string | undefined

const TELLERS: Readonly<Record<string, Teller>> = {
  sign: line => {
    const code = String(line.code)
    // A lane that is closed while its gate starts is told of by what closes it.
    if (code === '' || code === 'LANE_CLOSED' || line.sign === 'idle') return undefined
    return `${SIGNS[String(line.sign)] ?? ''}  ${signText(code)}`
  },
  passage: () => 'passage          somebody went through; counted',
  annulled: () => 'annulled         nobody walked; the grant is taken back',
  alarm: line => `alarm            ${String(line.code)}${line.on ? '' : ' is over'}`,
  device: line =>
    line.state === 'lost'
      ? `${String(line.code).padEnd(16)} ${String(line.msg)}`
      : `device           ${String(line.msg)}`,
  trust: line =>
    line.about === 'stage'
      ? `trust            ${line.from ? `${String(line.from)} → ` : ''}${String(line.stage)}`
      : undefined,
  upload: line =>
    line.outcome
      ? `upload           ${String(line.outcome)}: ${String(line.detail ?? '')}`
      : undefined,
}

/** A code of a lane's sign with what it says to the passenger, or what staff do about it. */
function signText(code: string): string {
  const sentence = VERDICTS[code as keyof typeof VERDICTS]
  if (sentence !== undefined) return `${code} “${sentence.en}” ${sentence.zh}`
  return `${code} ${ALARMS[code as keyof typeof ALARMS]?.action ?? ''}`.trimEnd()
}

/** In both languages: what a sign of this code says to the passenger, or what staff do about it. */
export function signSaid(code: string): Said {
  const meaning = explainCode(code)
  return { zh: meaning?.zh ?? meaning?.actionZh ?? '', en: meaning?.en ?? meaning?.action ?? '' }
}

/** One line for the terminal, or undefined for what would only be noise. */
export function narrate(line: LogLine): string | undefined {
  const said = TELLERS[String(line.event)]?.(line)
  if (said === undefined) return undefined
  const time = new Date(Number(line.time)).toISOString().slice(11, 19)
  return `${time}  ${line.lane ? `lane ${String(line.lane)}` : 'gate  '}  ${said}`
}
