/** States in which there is no certificate any more, or in which the page can do nothing. */
import { MINUTE_MS, type PageState } from './page-state.ts'

const HOUR_MS = 60 * MINUTE_MS

export const ENDED: readonly PageState[] = [
  {
    name: 'cancelled',
    shows: 'ended.cancelled.title',
    async reach(driver) {
      await driver.toCertificate()
      await driver.press('cancel.open')
      await driver.press('cancel.do')
      await driver.at('ended')
    },
  },
  {
    name: 'expired',
    shows: 'ended.expired.title',
    async reach(driver) {
      await driver.toCertificate()
      await driver.pageWorld.advance(24 * HOUR_MS)
      await driver.page.clock.fastForward(24 * HOUR_MS)
      await driver.at('ended')
    },
  },
  {
    name: 'moved to another phone',
    shows: 'ended.replaced.title',
    async reach(driver) {
      const person = await driver.pageWorld.newPerson()
      await driver.toCertificate(person)
      const other = await driver.another()
      await other.toCertificate(person)
      await other.close()
      await driver.advance(MINUTE_MS + 1_000)
      await driver.at('ended')
    },
  },
  {
    name: 'revoked at the window',
    shows: 'ended.revoked.title',
    async reach(driver) {
      const { world } = driver.pageWorld
      await driver.toCertificate()
      const agent = await world.signIn('agent')
      const { id } = await world.service.db
        .selectFrom('certificates')
        .select('id')
        .orderBy('valid_from', 'desc')
        .executeTakeFirstOrThrow()
      await world.post(`/v1/desk/certificates/${id}/revoke`, { reason: 'a test' }, agent)
      await driver.advance(MINUTE_MS + 1_000)
      await driver.at('ended')
    },
  },
  {
    name: 'storage blocked',
    shows: 'trouble.STORAGE_BLOCKED.title',
    before: block,
    reach: driver => driver.at('trouble'),
  },
  {
    name: 'storage full',
    shows: 'trouble.STORAGE_FULL.title',
    before: full,
    async reach(driver) {
      await driver.toConsent()
      await driver.press('consent.agree')
      await driver.at('trouble')
    },
  },
  {
    name: 'second tab',
    shows: 'trouble.SECOND_TAB.title',
    async reach(driver) {
      await driver.at('welcome')
      const second = await driver.context.newPage()
      await second.goto(driver.pageWorld.url)
      await second.getByText(driver.say('trouble.SECOND_TAB.title')).waitFor()
      await second.getByRole('button', { name: driver.say('trouble.SECOND_TAB.do') }).click()
      await driver.at('trouble')
    },
  },
  {
    name: 'an address without TLS',
    shows: 'trouble.NO_CRYPTO.title',
    before: noCrypto,
    reach: driver => driver.at('trouble'),
  },
  {
    name: 'a fault of the page',
    shows: 'trouble.FAULT.title',
    async reach(driver) {
      await driver.at('welcome')
      await driver.page.evaluate(() =>
        dispatchEvent(new ErrorEvent('error', { error: new Error('as the test wants it') })),
      )
      await driver.at('trouble')
    },
  },
]

function block(): void {
  indexedDB.open = () => {
    throw new DOMException('as the test wants it', 'SecurityError')
  }
}

function full(): void {
  IDBObjectStore.prototype.put = () => {
    throw new DOMException('as the test wants it', 'QuotaExceededError')
  }
}

function noCrypto(): void {
  Object.defineProperty(crypto, 'subtle', { value: undefined })
}
