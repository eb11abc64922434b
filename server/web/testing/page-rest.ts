/** When a page in a browser has come to rest. */
import { EventEmitter, once } from 'node:events'
import type { Page, Request } from 'playwright-core'

/**
 * Follows the page's requests from now on. What it gives resolves when none is under way and the last
 * answer is drawn; never where an answer stays away. A stream of events is nothing to wait for.
 */
export function restOf(page: Page): () => Promise<void> {
  const underWay = new Set<Request>()
  const ended = new EventEmitter()
  function end(request: Request): void {
    underWay.delete(request)
    ended.emit('one')
  }
  page.on('request', request => {
    if (request.resourceType() !== 'eventsource') underWay.add(request)
  })
  page.on('requestfinished', end)
  page.on('requestfailed', end)
  return async () => {
    do {
      while (underWay.size > 0) await once(ended, 'one')
      await page.evaluate(() => new Promise(requestAnimationFrame))
    } while (underWay.size > 0)
  }
}
