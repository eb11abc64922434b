/** States of a certificate on the phone. */
import type { Page } from 'playwright-core'
import { MINUTE_MS, offline, type PageState } from './page-state.ts'

export const CERTIFICATE: readonly PageState[] = [
  { name: 'certificate', shows: 'code.refresh', reach: driver => driver.toCertificate() },
  {
    name: 'certificate, from the window',
    shows: 'who.window',
    async reach({ page, say, press, pageWorld }) {
      await press('claim.open')
      await page.getByLabel(say('claim.code')).fill(await pageWorld.windowCode())
      await press('claim.do')
      await page.locator('.qr').waitFor()
    },
  },
  {
    name: 'certificate, face check soon over',
    shows: 'code.soon',
    async reach(driver) {
      await driver.toCertificate()
      await driver.advance(26 * MINUTE_MS)
    },
  },
  {
    name: 'certificate, no network',
    shows: 'banner.offline',
    async reach(driver) {
      await driver.toCertificate()
      await offline(driver)
    },
  },
  {
    name: 'certificate, phone’s clock wrong',
    shows: 'code.refresh',
    clockOffMs: 4 * MINUTE_MS,
    reach: driver => driver.toCertificate(),
  },
  {
    name: 'certificate, not kept',
    shows: 'banner.unkept',
    before: fullLater,
    reach: driver => driver.toCertificate(),
  },
  {
    name: 'code hidden',
    shows: 'code.covered.title',
    async reach(driver) {
      await driver.toCertificate()
      await setHidden(driver.page, true)
      await driver.advance(2 * MINUTE_MS)
      await setHidden(driver.page, false)
    },
  },
  {
    name: 'face check due',
    shows: 'code.due.title',
    async reach(driver) {
      await driver.toCertificate()
      await driver.advance(30 * MINUTE_MS + 1_000)
    },
  },
  {
    name: 'face check due, no network',
    shows: 'code.offline.title',
    async reach(driver) {
      await driver.toCertificate()
      await offline(driver)
      await driver.advance(30 * MINUTE_MS + 1_000)
    },
  },
  {
    name: 'exit only',
    shows: 'code.exit',
    async reach(driver) {
      await driver.toCertificate()
      await offline(driver)
      await driver.advance(30 * MINUTE_MS + 1_000)
      await driver.press('code.offline.show')
      await driver.page.locator('.qr').waitFor()
    },
  },
  {
    name: 'cancel?',
    shows: 'cancel.title',
    async reach(driver) {
      await driver.toCertificate()
      await driver.press('cancel.open')
    },
  },
]

async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(hidden => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, isHidden)
}

/** Full when the certificate comes. */
function fullLater(): void {
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
    if (key === 'certificate') throw new DOMException('as the test wants it', 'QuotaExceededError')
    return put.call(this, value, key)
  }
}
