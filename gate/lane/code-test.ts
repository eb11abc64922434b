/**
 * The test of a reader by a code that a technician holds up: what it would be told on a lane that serves. Only
 * while the lane serves nobody, where the code itself is no scan: no pass is used, nothing
 * moves. Each is a row; the text is in none.
 */
import type { Reading } from '../../hardware/ports.ts'
import type { Direction } from '../contract/events.ts'
import { servesNobody } from '../machine/part-test.ts'
import type { Runner } from './effect-runner.ts'
import { outcomeOf, type PretendedVerdict } from './pretended-input.ts'
import type { Pipeline } from './scan-pipeline.ts'

export interface TestedCode extends PretendedVerdict {
  /** Name of the reader. */
  readonly reader: string
  /** Length of its text. */
  readonly chars: number
}

export type CodeTestRefusal = 'NOT_IN_MAINTENANCE' | 'NO_SUCH_PART' | 'READER_IN_TEST'

export interface CodeTests {
  /**
   * The next whole code of a reader of this direction, or why none is waited for. One waits for a
   * direction at a time. Resolves with undefined when `signal` fires, and when the lane stops.
   */
  next(
    direction: Direction,
    by: string,
    signal: AbortSignal,
  ): CodeTestRefusal | Promise<TestedCode | undefined>
  /** A reader of this direction read something. */
  saw(direction: Direction, reading: Reading, reader: string): void
  /** The lane stops: no more codes come. */
  end(): void
}

export interface CodeTestParts {
  readonly runner: Pick<Runner, 'feed' | 'lane'>
  /** By the direction that its readers look in. */
  readonly judges: ReadonlyMap<Direction, Pick<Pipeline, 'judge'>>
}

interface Waiting {
  readonly by: string
  readonly done: (code: TestedCode | undefined) => void
}

export function createCodeTests({ runner, judges }: CodeTestParts): CodeTests {
  const waiting = new Map<Direction, Waiting>()

  return {
    next(direction, by, signal) {
      if (!servesNobody(runner.lane())) return 'NOT_IN_MAINTENANCE'
      if (!judges.has(direction)) return 'NO_SUCH_PART'
      if (waiting.has(direction)) return 'READER_IN_TEST'
      const { promise, resolve } = Promise.withResolvers<TestedCode | undefined>()
      const stop = () => done(undefined)
      const done = (code: TestedCode | undefined): void => {
        signal.removeEventListener('abort', stop)
        waiting.delete(direction)
        resolve(code)
      }
      waiting.set(direction, { by, done })
      signal.addEventListener('abort', stop)
      if (signal.aborted) stop()
      return promise
    },
    saw(direction, { text }, reader) {
      const one = waiting.get(direction)
      const verdict = judges.get(direction)?.judge
      if (one === undefined || verdict === undefined || !servesNobody(runner.lane())) return
      const told = outcomeOf(verdict(text))
      const row = {
        about: 'scan',
        what: direction,
        by: one.by.slice(0, 80),
        code: told.code,
      } as const
      runner.feed({ type: 'note', body: { ...row, trace: [...told.trace] } })
      one.done({ reader, chars: text.length, ...told })
    },
    end() {
      for (const { done } of [...waiting.values()]) done(undefined)
    },
  }
}
