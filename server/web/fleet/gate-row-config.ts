/** Whether a gate runs the config that it was given, as a sign and words. Pure. */
import type { GateRow } from './gate-row.ts'
import type { TextKey } from './texts-zh.ts'

export interface ConfigState {
  readonly tone: 'pass' | 'retry' | 'calm'
  readonly text: TextKey
}

export function configState({ given, runs, drift }: GateRow['config']): ConfigState {
  if (given === 0) return { tone: 'calm', text: 'config.own' }
  if (drift) return { tone: 'retry', text: 'config.differs' }
  return runs === given
    ? { tone: 'pass', text: 'config.runs' }
    : { tone: 'calm', text: 'config.unknown' }
}
