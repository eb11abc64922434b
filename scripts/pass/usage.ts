/** Wrong arguments, or a file that is not there: said in one line, exit code 2. */
export class UsageError extends Error {
  readonly code = 'USAGE'

  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** An ISO 8601 time as Unix milliseconds; now when left out. */
export function timeOf(text: string | undefined): number {
  if (text === undefined) return Date.now()
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new UsageError(`--at ${text}: not an ISO 8601 time`)
  return ms
}
