/** One state of a page in each look: the state is reached once, then size, language and theme change. */
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { Setting } from '../../server/web/testing/browser.ts'
import { switchLanguage } from '../../server/web/testing/looks.ts'
import type { AnyState } from '../../server/web/testing/page-state.ts'
import type { PageWorld } from '../../server/web/testing/page-world.ts'

export interface Look extends Setting {
  /** As `phone-zh-light`. */
  readonly name: string
}

const SIZES = [
  { size: 'phone', width: 390, height: 844 },
  { size: 'desktop', width: 1280, height: 800 },
] as const

/** In the order in which they are taken: the language is changed once. */
export const LOOKS: readonly Look[] = (['zh', 'en'] as const).flatMap(language =>
  SIZES.flatMap(({ size, width, height }) =>
    (['light', 'dark'] as const).map(theme => ({
      ...{ name: `${size}-${language}-${theme}`, language, theme, width, height, density: 1 },
    })),
  ),
)

/** What a step of the way to a state may take. */
const REACH_MS_MAX = 10_000

export const pictureName = (state: string, look: string): string =>
  `${state.replaceAll(/[^a-z0-9]+/gi, '-').replace(/-$/, '')}.${look}.png`

/** Rejects when the state is not reached. */
export async function shootState(
  browser: Browser,
  pageWorld: PageWorld,
  state: AnyState,
  folder: string,
): Promise<void> {
  const [first] = LOOKS
  const open = await state.open(browser, pageWorld, first as Look)
  const { page } = open
  page.setDefaultTimeout(REACH_MS_MAX)
  try {
    await open.reach()
    let language = 'zh'
    for (const { name, theme, width, height, ...look } of LOOKS) {
      if (look.language !== language) await switchLanguage(page)
      language = look.language
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme: theme })
      await page.locator('h1').first().waitFor({ state: 'attached' })
      await page.screenshot({ path: join(folder, pictureName(state.name, name)) })
    }
  } finally {
    await open.close()
  }
}
