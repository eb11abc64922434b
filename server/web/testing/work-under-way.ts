/**
 * What is under way besides time: requests, and WebCrypto, which works in threads. Virtual time goes on
 * when nothing is.
 */
import { settle } from '../../../fixtures/clock.ts'

const TURNS = 4
let count = 0

/** Counts `work` until it ends. */
export async function underWay<T>(work: () => Promise<T>): Promise<T> {
  count += 1
  try {
    return await work()
  } finally {
    count -= 1
  }
}

/** Resolves when nothing is under way any more. */
export async function quiet(): Promise<void> {
  do await settle(TURNS)
  while (count > 0)
}

/** A request that nobody answers. */
export const untilAborted = (init: RequestInit) =>
  new Promise<never>((_, reject) =>
    init.signal?.addEventListener('abort', () => reject(new TypeError('aborted'))),
  )

const { prototype } = SubtleCrypto
for (const name of ['sign', 'digest', 'generateKey', 'exportKey'] as const) {
  const own = prototype[name] as (...given: unknown[]) => Promise<unknown>
  Object.defineProperty(prototype, name, {
    value(this: SubtleCrypto, ...given: unknown[]) {
      return underWay(() => own.apply(this, given))
    },
  })
}
