/** Answers that stay away for as long as a test wants to look at the page meanwhile. */
import type { Page } from 'playwright-core'
import { API } from './page-state.ts'

export interface HeldAnswers {
  /** How many requests there were. */
  count(): number
  /** What was sent is answered now, and what is sent from now on. */
  release(): void
  /** Counts no more. */
  end(): void
}

/**
 * What it gives begins to hold: what the page sends then (no GET) stays without an answer until `release`.
 * From the first time on it stands between page and service, holding or not: Playwright loses sight of
 * what is sent while that changes.
 */
export function holderOf(page: Page): () => Promise<HeldAnswers> {
  let held: { count: number; readonly released: PromiseWithResolvers<void> } | undefined
  let isBetween = false

  async function stand(): Promise<void> {
    await page.route(API, async route => {
      isBetween = true
      if (held !== undefined && route.request().method() !== 'GET') {
        held.count += 1
        await held.released.promise
      }
      await route.continue()
    })
    while (!isBetween) await page.evaluate(path => fetch(path), '/v1/time')
  }

  return async () => {
    if (!isBetween) await stand()
    const now = { count: 0, released: Promise.withResolvers<void>() }
    held = now
    return {
      count: () => now.count,
      release: now.released.resolve,
      end() {
        held = undefined
      },
    }
  }
}
