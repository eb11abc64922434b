/** The desk's page in a browser, driven by keys alone, with people, phones and colleagues around it. */
import type { Browser } from 'playwright-core'
import type { Role } from '../../auth/permissions.ts'
import { registerPerson } from '../../services/people-registry.ts'
import { transact } from '../../store/engine/transact.ts'
import { TEXTS, type TextKey } from '../desk/texts.ts'
import { filled } from '../shared/language.ts'
import type { Setting } from './browser.ts'
import { deskPhoto } from './desk-photo.ts'
import type { PageWorld } from './page-world.ts'
import { openStaffDriver, type StaffDriver } from './staff-driver.ts'

export interface DeskPerson {
  readonly name: string
  readonly documentType: 'passport'
  readonly documentNumber: string
}

export interface DeskDriver extends StaffDriver {
  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string
  /** Waits for a text. */
  shows(key: TextKey, values?: Readonly<Record<string, string | number>>): Promise<void>
  /** Somebody on file with a photo, whom nobody has looked up. */
  newPerson(): Promise<DeskPerson>
  /** As a scanner types: keys that come at once, then Enter, wherever the focus is. */
  scan(text: string): Promise<void>
  /** Types into a field of this label. */
  type(label: TextKey, text: string): Promise<void>
  /** Finds somebody by a number typed into the field. */
  find(documentNumber: string): Promise<void>
}

export const DESK: Setting = { language: 'zh', theme: 'light', width: 1280, height: 800 }

let people = 0

/** `role`: signed in as a new account of it; nobody when left out. */
export async function openDeskDriver(
  browser: Browser,
  pageWorld: PageWorld,
  setting: Setting = DESK,
  { role }: { readonly role?: Role } = {},
): Promise<DeskDriver> {
  const staff = await openStaffDriver(browser, pageWorld, setting, role)
  const { page } = staff
  // Its dialog would stay open, and the page would be printed by it alone.
  await page.addInitScript(() => {
    window.print = () => {}
  })
  const say: DeskDriver['say'] = (key, values = {}) => filled(TEXTS[setting.language][key], values)
  const driver: DeskDriver = {
    ...{ ...staff, say },
    shows: (key, values) => page.getByText(say(key, values)).first().waitFor(),
    async newPerson() {
      const documentNumber = `D${String(20_000_000 + people++)}`
      const person = { name: '李小红', documentType: 'passport', documentNumber } as const
      const { clock, service } = pageWorld.world
      const { db, secrets } = service
      await transact(db, tx => registerPerson(tx, secrets, person, deskPhoto(), clock.time))
      return person
    },
    async scan(text) {
      await page.evaluate(typeAtOnce, text)
    },
    async type(label, text) {
      await page.getByLabel(say(label), { exact: true }).fill(text)
    },
    async find(documentNumber) {
      await page.getByLabel(say('find.type')).selectOption('passport')
      await page.locator('#find').fill(documentNumber)
      await page.keyboard.press('Enter')
    },
  }
  await page.goto(`${pageWorld.url}/desk`)
  return driver
}

/** Runs in the page: a driver's own keys would come too slowly. Fields take what is not prevented. */
function typeAtOnce(text: string): void {
  for (const key of [...text, 'Enter']) {
    const target = document.activeElement ?? document.body
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
    const isTaken = !target.dispatchEvent(event)
    const isText = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
    if (isTaken || key === 'Enter' || !isText) continue
    target.value += key
    target.dispatchEvent(new Event('input', { bubbles: true }))
  }
}
