/** When the first scan of a file was read, where nobody says it. */
import { T0 } from '../../../gate/testing/trust/world.ts'
import { decodeClaims } from '../../../pass/claims.ts'
import { decodePassText } from '../../../pass/text.ts'
import type { Scan } from './scan.ts'

/** With what says so. */
export interface StartTime {
  readonly startMs: number
  readonly why: string
}

/** Dropped bytes and bad rows that are looked through for a first scan. */
const LOOKED_AT_MAX = 1000

export const STAGE_START_MS = T0 * 1000

/** The scans again, and the first of them; undefined where there is none near the begin. */
export async function peekFirst(scans: AsyncIterable<Scan>) {
  const iterator = scans[Symbol.asyncIterator]()
  const looked: Scan[] = []
  let isOver = false
  while (looked.length < LOOKED_AT_MAX && looked.at(-1)?.what !== 'scan') {
    const { value, done } = await iterator.next()
    if (done === true) {
      isOver = true
      break
    }
    looked.push(value)
  }
  const last = looked.at(-1)
  return { first: last?.what === 'scan' ? last : undefined, scans: allOf() }

  async function* allOf(): AsyncGenerator<Scan> {
    yield* looked
    if (!isOver) yield* { [Symbol.asyncIterator]: () => iterator }
  }
}

/** By its time in the file, or by when its code was made. */
export function startTimeOf(first: Scan | undefined): StartTime {
  if (first?.what === 'scan') {
    if (first.at !== undefined && 'unixMs' in first.at) {
      return { startMs: first.at.unixMs, why: 'when the first was read' }
    }
    const madeMs = madeMsOf(first.text)
    if (madeMs !== undefined) return { startMs: madeMs, why: 'when the first code was made' }
  }
  return { startMs: STAGE_START_MS, why: 'the stage’s own time' }
}

/** When a phone presented it, or paper was issued; undefined for what is no pass. */
function madeMsOf(text: string): number | undefined {
  try {
    const { presentation, payload } = decodePassText(text)
    return (presentation?.presentedAt ?? decodeClaims(payload).iat) * 1000
  } catch {
    return undefined
  }
}
