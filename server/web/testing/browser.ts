/**
 * Chromium for tests of pages, driven by playwright-core: Debian's, or the one that CHROMIUM names.
 * Where there is none the tests say so and skip.
 */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Language } from '../shared/language.ts'

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/google-chrome',
]
const found = PLACES.find(place => place !== undefined && existsSync(place))

/** Of a test's options: why it is skipped, or false. */
export const noBrowser =
  found === undefined && "Chromium is not here: Debian's package chromium, or CHROMIUM=FILE"

/** Root has no sandbox of its own; a folder of shared memory is small in containers. */
const ARGUMENTS = ['--disable-dev-shm-usage', '--disable-gpu', '--force-color-profile=srgb']

/** `more`: of Chromium's own options. */
export function startBrowser(more: readonly string[] = []): Promise<Browser> {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({
    executablePath: String(found),
    args: [...ARGUMENTS, ...asRoot, ...more],
  })
}

/** How a person has the page before them. */
export interface Setting {
  readonly language: Language
  readonly theme: 'light' | 'dark'
  readonly width: number
  readonly height: number
  /** Pixels of the screen for one of CSS; 2 when left out. */
  readonly density?: number
  readonly reducedMotion?: boolean
}

export const PHONE: Setting = { language: 'zh', theme: 'light', width: 390, height: 844 }

/** A browser without a past. */
export function openContext(browser: Browser, setting: Setting): Promise<BrowserContext> {
  const { width, height } = setting
  return browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: setting.density ?? 2,
    colorScheme: setting.theme,
    reducedMotion: setting.reducedMotion === true ? 'reduce' : 'no-preference',
    locale: setting.language === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: 'Asia/Shanghai',
  })
}

/** Waits for a screen of the passenger's page. */
export async function atScreen(page: Page, at: string, withinMs = 15_000): Promise<void> {
  await page.locator(`main[data-at="${at}"]`).waitFor({ timeout: withinMs })
}
