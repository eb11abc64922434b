/**
 * How a page is judged in a browser: by axe-core (WCAG 2.2 AA), by whether it fits a narrow screen, by
 * what moves; and what a screen reader is told of it.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Language } from '../shared/language.ts'

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
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE)
  return page.evaluate(async values => {
    const { axe } = window as unknown as { readonly axe: Axe }
    const runOnly = { type: 'tag', values }
    const found = await axe.run(document, { runOnly, resultTypes: ['violations'] })
    return found.violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`))
  }, RULES)
}

/** By how many pixels the page is wider than the screen. */
export const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** The other language. */
export const switchLanguage = (page: Page) => page.locator('header button[lang]').click()

/** Names of what moves. */
const moving = (page: Page) =>
  page.evaluate(() =>
    document
      .getAnimations()
      .filter(({ playState }) => playState === 'running')
      .map(one => (one instanceof CSSAnimation ? one.animationName : one.id)),
  )

/** What is another in each run: secrets, accounts, keys, the way to turn one's head, and numbers. */
const PASSING = [
  [/(?<=\bcode: ).+/g, 'CODE'],
  [/(?<=agent|supervisor|technician|operator|auditor)-?\d[\w-]*/g, ''],
  [/\b(?=\d*[a-f])[0-9a-f]{8,}\b/g, 'N'],
  [/\b[0-9A-Z]{24,}\b/g, 'CODE'],
  [/向[左右]转头|to the (left|right)/g, 'TURN'],
  [/(?<!level=)\d+/g, 'N'],
] as const

/** Roles and names. */
async function told(page: Page): Promise<string> {
  const tree = await page.locator('body').ariaSnapshot()
  return PASSING.reduce((text, [found, name]) => text.replaceAll(found, name), tree)
}

/**
 * Opened in Chinese and light: in both languages and themes, narrow, and with less motion. Gives what a
 * screen reader is told.
 */
export async function judge(
  t: Test,
  { page, faults }: { readonly page: Page; readonly faults: readonly string[] },
): Promise<Record<Language, string>> {
  // Both at once, before more time goes by.
  const zh = await told(page)
  await switchLanguage(page)
  const en = await told(page)
  await looks(t, page, 'en')
  await switchLanguage(page)
  await looks(t, page, 'zh')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  t.same(await moving(page), [], 'less motion')
  t.same(faults, [], 'no fault, and nothing that the content security policy refuses')
  return { zh, en }
}

async function looks(t: Test, page: Page, language: Language): Promise<void> {
  const size = page.viewportSize() ?? NARROW
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    t.same(await violations(page), [], `${language}, ${colorScheme}`)
  }
  await page.setViewportSize(NARROW)
  t.equal(await overflow(page), 0, `${language}, narrow`)
  await page.setViewportSize(size)
}
