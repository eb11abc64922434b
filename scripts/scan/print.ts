/** How codes are printed: for a person, or as one JSON object a picture. */
import type { EngineName, FoundCode } from '../../hardware/drivers/camera/picture.ts'
import type { Decision } from './dry-gate.ts'

/** Of one picture. `text`: of the first code that was found; null for none. */
export interface Scanned {
  readonly file: string
  readonly text: string | null
  readonly engine: EngineName
  /** From the pixels to the text. */
  readonly ms: number
}

export function scannedOf(
  file: string,
  codes: readonly FoundCode[],
  engine: EngineName,
  ms: number,
): Scanned {
  const [first] = codes
  return {
    ...{ file, text: first?.text ?? null, engine: first?.engine ?? engine },
    ms: Math.round(ms * 10) / 10,
  }
}

/** What a gate says to each code, by its lanes. */
type Decisions = readonly (readonly Decision[])[]

export function jsonLine(scanned: Scanned, decisions?: Decisions): string {
  const gate = decisions === undefined ? {} : { gate: decisions }
  return `${JSON.stringify({ ...scanned, ...gate })}\n`
}

/** Lines of one picture. Characters that could steer a terminal are written as JSON does. */
export function linesOf(
  { file, engine, ms }: Scanned,
  codes: readonly FoundCode[],
  decisions?: Decisions,
): string {
  if (codes.length === 0) return `${file}: no code (${engine}, ${ms} ms)\n`
  const lines = codes.map((code, i) => {
    const corners = code.corners.map(({ x, y }) => `${Math.round(x)},${Math.round(y)}`).join(' ')
    const gate = (decisions?.[i] ?? []).map(
      ({ lane, direction, code: says }) => `  lane ${lane}, ${direction}: ${says}\n`,
    )
    const text = JSON.stringify(code.text)
    return `${file}: ${text} at ${corners} (${code.engine}, ${ms} ms)\n${gate.join('')}`
  })
  return lines.join('')
}
