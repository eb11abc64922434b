/** Whether a config may take the running one's place: no revision changes which gate this is. Pure. */

import type { GateConfig } from '../contract/config.ts'
import type { CheckedConfig, GoodConfig } from './config-file.ts'
import { type Outcome, refused } from './outcome.ts'
import { type Problem, problemLines } from './problems.ts'
import { currentOf, type History } from './revisions.ts'

const FIXED = {
  gate: 'the service and its siblings know this gate by its name',
  station: 'the gate is enrolled for its station',
  data: 'journal, keys and revisions are in this folder',
} as const satisfies Partial<Record<keyof GateConfig, string>>

/** Each fixed key that `next` changes, with the reason why it may not. */
export function fixedKeysChanged(running: GateConfig, next: GateConfig): readonly Problem[] {
  const keys = Object.keys(FIXED) as (keyof typeof FIXED)[]
  return keys
    .filter(key => running[key] !== next[key])
    .map(key => ({ place: [key], message: `can’t be changed by a revision: ${FIXED[key]}` }))
}

export type Judge = (checked: CheckedConfig) => GoodConfig | Extract<Outcome, { ok: false }>

/** `check` reads the text of a revision. One that is not valid any more can't forbid anything. */
export function createJudge(history: () => History, check: (text: string) => CheckedConfig): Judge {
  return checked => {
    if (!checked.ok) return refused('CONFIG_INVALID', checked.problems)
    const running = check(currentOf(history()).text)
    const fixed = running.ok ? fixedKeysChanged(running.config, checked.config) : []
    if (fixed.length === 0) return checked
    return refused('FIXED_KEY', problemLines(fixed, JSON.parse(checked.text), checked.written))
  }
}
