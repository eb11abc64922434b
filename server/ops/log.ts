/**
 * Structured logs on standard error, without personal data: a request is named by its route's
 * pattern, never by its path; an error by its code and stack frames, never by its message, since
 * parsers and databases put pieces of the input into messages.
 */
import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type Log = Logger

/** `sink` is for tests. */
export function createLog(level: string, sink?: DestinationStream): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    sink ?? destination({ dest: 2, sync: true }),
  )
}

/** What of an error may be written: name, code, and where it happened. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error }
  const code = (error as Error & { code?: unknown }).code
  const stack = error.stack ?? ''
  const frames = stack
    .slice(stack.indexOf(error.message) + error.message.length)
    .split('\n')
    .filter(line => /^\s+at /.test(line))
    .slice(0, 12)
    .map(line => line.trim())
  return {
    error: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    frames,
    ...(error.cause === undefined ? {} : { cause: errorFields(error.cause) }),
  }
}
