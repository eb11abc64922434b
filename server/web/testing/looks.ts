/** How a page is judged in a browser: by axe-core (WCAG 2.2 AA), and by whether it fits a narrow screen. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'

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

/** The other language. */
export const switchLanguage = (page: Page) => page.locator('header button[lang]').click()

/** Opened in Chinese and light: that, and English, dark and narrow. */
export async function judge(
  t: Test,
  { page, faults }: { readonly page: Page; readonly faults: readonly string[] },
): Promise<void> {
  t.same(await violations(page), [], 'Chinese, light')
  await page.setViewportSize(NARROW)
  t.equal(await overflow(page), 0, 'Chinese, narrow')
  await switchLanguage(page)
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  t.equal(await overflow(page), 0, 'English, narrow')
  t.same(await violations(page), [], 'English, dark, narrow')
  t.same(faults, [], 'no fault, and nothing that the content security policy refuses')
}
