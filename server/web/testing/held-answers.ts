/** Answers that stay away for as long as a test wants to look at the page meanwhile. */
import type { Page, Route } from 'playwright-core'
import { API } from './page-state.ts'

export interface HeldAnswers {
  /** How many requests there were. */
  count(): number
  release(): void
  end(): Promise<void>
}

/** From now on what the page sends (no GET) stays without an answer until `release`. */
export async function holdAnswers(page: Page): Promise<HeldAnswers> {
  const released = Promise.withResolvers<void>()
  let count = 0
  async function hold(route: Route): Promise<void> {
    if (route.request().method() === 'GET') return route.continue()
    count += 1
    await released.promise
    await route.continue()
  }
  await page.route(API, hold)
  return {
    count: () => count,
    release: released.resolve,
    end: () => page.unroute(API, hold),
  }
}
