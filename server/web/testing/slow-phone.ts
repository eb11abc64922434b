/** A cheap phone on a bad network, by the browser's own throttles, and how long a page takes on it. */
import type { BrowserContext, Page } from 'playwright-core'

/** Times slower than this machine. */
const CPU_RATE = 4
const BYTES_A_SECOND = 400_000 / 8
/** From a request to the first byte of its answer. */
const LATENCY_MS = 400
const OPEN_MS_MAX = 120_000

export interface SlowPhone {
  /** Milliseconds from the navigation until the page shows what is waited for, by the browser's clock. */
  open(url: string): Promise<number>
  setOffline(isOffline: boolean): Promise<void>
}

interface Noted extends Window {
  shownMs?: number
}

/** `selector`: of what is waited for. */
export async function slowDown(
  context: BrowserContext,
  page: Page,
  selector: string,
): Promise<SlowPhone> {
  const session = await context.newCDPSession(page)
  const throttle = (offline: boolean) =>
    session.send('Network.emulateNetworkConditions', {
      ...{ offline, latency: LATENCY_MS },
      ...{ downloadThroughput: BYTES_A_SECOND, uploadThroughput: BYTES_A_SECOND },
    })
  await session.send('Network.enable')
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_RATE })
  await throttle(false)
  await page.addInitScript(noteWhenShown, selector)
  return {
    async open(url) {
      await page.goto('about:blank')
      await page.goto(url, { waitUntil: 'commit' })
      await page.locator(selector).first().waitFor({ timeout: OPEN_MS_MAX })
      return page.evaluate(() => (window as Noted).shownMs ?? Number.NaN)
    },
    async setOffline(isOffline) {
      await context.setOffline(isOffline)
      await throttle(isOffline)
    },
  }
}

/** Runs in the page. */
function noteWhenShown(selector: string): void {
  const observer = new MutationObserver(() => {
    if (document.querySelector(selector) === null) return
    observer.disconnect()
    ;(window as Noted).shownMs = performance.now()
  })
  observer.observe(document, { childList: true, subtree: true })
}
