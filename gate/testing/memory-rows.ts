/** Rows as a lane tells them to its gate's memory, for tests that have no lane and no journal. */
import type { GrantBody } from '../contract/events.ts'
import { type Annulment, settlesVisit } from '../contract/visits.ts'
import type { Memory } from '../memory/memory.ts'

type Into = Pick<Memory, 'apply'>

const REF = { epoch: '0'.repeat(16), seq: 1 }

export function grantTo(memory: Into, grant: GrantBody, lane: string, at: number): void {
  memory.apply({ kind: 'grant', lane, at, body: grant })
}

/** Whoever was granted is through. */
export function passOn(memory: Into, grant: GrantBody, at: number): void {
  memory.apply({ kind: 'passage', lane: 'A', at, body: passageOf(grant) }, grant)
}

export function annulIn(memory: Into, grant: GrantBody, end: Annulment, at: number): void {
  memory.apply({ kind: 'annulled', lane: 'A', at, body: { grant: REF, ...end } }, grant)
}

/** A fire in `area`. */
export function voidIn(memory: Into, area: string, at: number): void {
  const body = { code: 'FIRE', on: true, detail: 'the loop is open', area }
  memory.apply({ kind: 'alarm', lane: 'A', at, body })
}

/** The row's body, as the machine words it. */
export function passageOf(grant: GrantBody, ref = REF) {
  const { direction, area } = grant
  return { grant: ref, direction, area, ...(settlesVisit(grant) ? { cti: grant.cti } : {}) }
}
