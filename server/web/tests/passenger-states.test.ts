/**
 * Every state of the passenger's page in Chromium, by the real service: it is reached, it is accessible
 * (axe-core, WCAG 2.2 AA) in Chinese and light, in English and dark, and it fits a narrow screen, also at
 * 200 % zoom.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { noBrowser, PHONE, startBrowser } from '../testing/browser.ts'
import { openPageWorld } from '../testing/page-world.ts'
import { openDriver, type PassengerDriver } from '../testing/passenger-driver.ts'
import { STATES } from '../testing/passenger-states.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** The narrowest screen; a screen of 640 pixels at 200 % is as wide. */
const NARROW = { width: 320, height: 640 }

interface Axe {
  run(
    context: Document,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
}

/** What breaks a rule, one line each. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async values => {
    const { axe } = window as unknown as { readonly axe: Axe }
    const found = await axe.run(document, { runOnly: { type: 'tag', values } })
    return found.violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`))
  }, RULES)
}

/** By how many pixels the page is wider than the screen. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

async function look(t: Test, { page, faults }: PassengerDriver): Promise<void> {
  t.same(await violations(page), [], 'Chinese, light')
  await page.setViewportSize(NARROW)
  t.equal(await overflow(page), 0, 'Chinese, narrow')
  await page.locator('header button').click()
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  t.equal(await overflow(page), 0, 'English, narrow')
  t.same(await violations(page), [], 'English, dark, narrow')
  t.same(faults, [], 'no fault, and nothing that the content security policy refuses')
}

t.test('every state', { skip: noBrowser, timeout: 600_000 }, async t => {
  const pageWorld = await openPageWorld(tempDir())
  t.teardown(() => pageWorld.close())
  const browser = await startBrowser()
  t.teardown(() => browser.close())
  for (const state of STATES) {
    await t.test(state.name, async t => {
      const driver = await openDriver(browser, pageWorld, PHONE, state)
      t.teardown(() => driver.close())
      await state.reach(driver)
      await driver.page.getByText(driver.say(state.shows)).first().waitFor()
      await look(t, driver)
    })
  }
})
