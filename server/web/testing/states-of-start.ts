/** States before the face check: welcome, form, consent, and an application that meets a bad network. */
import { API, holdNetwork, offline, type PageState } from './page-state.ts'

export const START: readonly PageState[] = [
  { name: 'welcome', shows: 'welcome.title', reach: driver => driver.at('welcome') },
  { name: 'form', shows: 'form.title', reach: driver => driver.toForm() },
  {
    name: 'form, empty and sent',
    shows: 'form.title',
    async reach(driver) {
      await driver.toForm()
      await driver.press('next')
    },
  },
  {
    name: 'form, a wrong number',
    shows: 'form.title',
    async reach({ page, say, toForm }) {
      await toForm()
      await page.getByLabel(say('form.name'), { exact: true }).fill('张3明')
      await page.getByLabel(say('form.documentNumber')).fill('110105194912310021')
      await page.getByLabel(say('form.city')).fill('杭州')
    },
  },
  {
    name: 'code from the window, a wrong one',
    shows: 'claim.title',
    async reach({ page, say, press, at }) {
      await press('claim.open')
      await at('claim')
      await page.getByLabel(say('claim.code')).fill('ABCD-EFGH-JKMN-PQRS')
      await press('claim.do')
      await page.locator('.fault').waitFor()
    },
  },
  { name: 'consent', shows: 'consent.title', reach: driver => driver.toConsent() },
  {
    name: 'consent, under 14',
    shows: 'consent.minor',
    reach: driver =>
      driver.toConsent({
        ...{ name: '张小明', documentType: 'resident-id' },
        documentNumber: '110105201801010019',
      }),
  },
  slowConsent('consent, slow', 'slow', 3_100),
  slowConsent('consent, very slow', 'very-slow', 10_100),
  {
    name: 'no network',
    shows: 'unreachable.offline',
    async reach(driver) {
      await driver.toConsent()
      await offline(driver)
      await driver.press('consent.agree')
      await driver.at('unreachable')
    },
  },
  {
    name: 'service away',
    shows: 'unreachable.title',
    async reach(driver) {
      await driver.toConsent()
      await driver.page.route(API, route => route.abort('connectionrefused'))
      await driver.press('consent.agree')
      await driver.page.locator('.spinner').waitFor()
      for (let i = 0; i < 8; i++) await driver.advance(1_000)
      await driver.at('unreachable')
    },
  },
]

/** The service gives no answer; `ms` after it was asked. */
function slowConsent(name: string, shows: PageState['shows'], ms: number): PageState {
  return {
    name,
    shows,
    async reach(driver) {
      await driver.toConsent()
      await holdNetwork(driver.page)
      await driver.press('consent.agree')
      await driver.advance(ms)
    },
  }
}
