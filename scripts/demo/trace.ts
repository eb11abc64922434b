/** What a demonstration says as it goes: lines for a person, or one JSON object a step. */

export interface Trace {
  /** A thing that was seen to happen. */
  step(name: string, what: string, more?: Readonly<Record<string, unknown>>): void
}

export function createTrace(json: boolean, write: (text: string) => void): Trace {
  const from = performance.now()
  return {
    step(name, what, more = {}) {
      const ms = Math.round(performance.now() - from)
      const line = json
        ? JSON.stringify({ step: name, ok: true, ms, what, ...more })
        : `${String(ms).padStart(6)} ms  ${name.padEnd(18)} ${what}`
      write(`${line}\n`)
    },
  }
}

/** Something that had to happen did not, or happened in the wrong order. */
export class DemoError extends Error {
  readonly step: string

  constructor(step: string, message: string) {
    super(message)
    this.name = 'DemoError'
    this.step = step
  }
}

export function demand(step: string, holds: boolean, otherwise: string): void {
  if (!holds) throw new DemoError(step, otherwise)
}
