/** The fleet's page in a browser, with gates around it that tell what a test says. */
import type { Browser } from 'playwright-core'
import type { Role } from '../../auth/permissions.ts'
import { TEXTS, type TextKey } from '../fleet/texts.ts'
import { filled } from '../shared/language.ts'
import type { Setting } from './browser.ts'
import type { PageWorld } from './page-world.ts'
import { openStaffDriver, type StaffDriver } from './staff-driver.ts'

export interface FleetDriver extends StaffDriver {
  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string
  /** Waits for a text. */
  shows(key: TextKey, values?: Readonly<Record<string, string | number>>): Promise<void>
  /** Types into a field of this label. */
  type(label: TextKey, text: string): Promise<void>
  /** Presses a button or follows a link of this name. */
  press(key: TextKey): Promise<void>
  /** Goes to an address of the page, as `#/trust`. */
  to(hash: string): Promise<void>
}

/** How the page is opened. */
export interface FleetOpening {
  /** Who is signed in, by a new account; nobody when left out. */
  readonly role?: Role
  /** The end of its address. */
  readonly hash?: string
  /** What is done before. */
  readonly before?: (staff: StaffDriver) => Promise<void>
}

export const FLEET: Setting = { language: 'zh', theme: 'light', width: 1280, height: 800 }

export async function openFleetDriver(
  browser: Browser,
  pageWorld: PageWorld,
  setting: Setting = FLEET,
  { role, hash = '', before }: FleetOpening = {},
): Promise<FleetDriver> {
  const staff = await openStaffDriver(browser, pageWorld, setting, role)
  const { page } = staff
  const say: FleetDriver['say'] = (key, values = {}) => filled(TEXTS[setting.language][key], values)
  await before?.(staff)
  await page.goto(`${pageWorld.url}/fleet${hash}`)
  return {
    ...{ ...staff, say },
    shows: (key, values) => page.getByText(say(key, values)).first().waitFor(),
    async type(label, text) {
      await page.getByLabel(say(label), { exact: true }).fill(text)
    },
    async press(key) {
      const name = say(key)
      const button = page.getByRole('button', { name }).or(page.getByRole('link', { name }))
      await button.first().click()
    },
    async to(hash) {
      await page.evaluate(one => {
        location.hash = one
      }, hash)
    },
  }
}
